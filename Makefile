# Everything runs in an environment of the project's own; nothing is installed outside of it.
#   PYTHON=python3.12 make test     another interpreter
#   VENV=/somewhere make test       another place for the environment

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
# What is installed is what was tested; `make test-versions` tries the ends of every range of pyproject.toml.
TESTED := --constraint tests/versions/constraints.txt
JOBS ?= 2

# The environment is made anew when the interpreter or the checkout's place changes,
# and installed into again when pyproject.toml or the tested versions change.
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3] if (3, 11) <= sys.version_info < (3, 14) else "")')
PLACE := $(shell echo '$(VERSION) $(CURDIR)' | cksum | cut -d' ' -f1)
NEEDS := $(shell cat pyproject.toml tests/versions/constraints.txt | cksum | cut -d' ' -f1)
MADE := $(VENV)/made-$(PLACE)
# The tests start hundreds of processes: each is half a second faster where compiled modules may be kept.
unexport PYTHONDONTWRITEBYTECODE
# From Python 3.12 on, coverage can be measured by what the interpreter offers for it, at nearly no cost.
TRACE := $(if $(filter 3.11.%,$(VERSION)),,COVERAGE_CORE=sysmon)

.PHONY: help demo test test-full checked test-versions constraints check compiled outside lab bench bench-full bench-peers checkouts waiting reference release clean
help:
	@echo 'make demo    set up, solve the shipped case, show the plan'
	@echo 'make test    set up and check: style, types, import rules, and all tests but the slow ones; ten minutes at most'
	@echo 'make test-full  the same with every test, and coverage'
	@echo 'make test-versions  try the lowest and the newest version of every dependency, and every Python that is here'
	@echo 'make constraints    write down the newest versions as those tested, if the smoke set passes with them'
	@echo 'make lab     set up and open the notebooks in JupyterLab'
	@echo 'make bench   set up and measure speed beside other programs; FULL=1 for every row (hours), ROWS="s20 s100" for some,'
	@echo '             PEER_LIMIT=60 to give the others a minute each'
	@echo 'make checkouts BEFORE=../other  compare plans and times of another checkout with those of this one, or of AFTER=...;'
	@echo '             ONLY="tiny rows/s20" for some questions, OPTIONS="--plans --cases 10" for parts'
	@echo 'make waiting  measure where people wait, BEFORE=../other beside another checkout; ROWS="first-plan warm-*" for some,'
	@echo '             OPTIONS="--runs 3 --copy 1" for fewer runs, for a perturbed copy of the shipped case'
	@echo 'make reference  write the reference pages of the guide anew'
	@echo 'make release  check version, changelog and tree, run every test, make a wheel in dist/ and try it in a clean'
	@echo '             environment; uploads nothing'
	@echo 'make clean   remove the environment, the runs and every cache'

demo: $(VENV)/run-$(NEEDS)
	$(BIN)/tierwise solve data/imaging

test: checked
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m 'not slow'

# Coverage is lost as rarely as the slow tests fail, and tracing takes a third of the time again.
test-full: checked
	$(TRACE) $(BIN)/python -m pytest -n $(JOBS) --dist worksteal --cov --cov-report=
	$(BIN)/coverage report --include='models/*' --fail-under=90 --skip-covered
	$(BIN)/coverage report --include='optimizer/*' --fail-under=90 --skip-covered

checked: $(VENV)/test-$(NEEDS)
	$(MAKE) --no-print-directory -j $(JOBS) check compiled outside

# Each set of versions has an environment of its own, made anew; two are tried at a time.
test-versions:
	$(PYTHON) -m tests.versions

constraints:
	$(PYTHON) -m tests.versions --freeze

check: $(VENV)/test-$(NEEDS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The first solve compiles the search, which is kept beside it: once, before many processes would do so at a time.
compiled: $(VENV)/run-$(NEEDS)
	$(BIN)/tierwise solve data/tiny --quiet --out $(VENV)/tiny

# Chromium opens the report and the notebooks, LibreOffice works out the workbook. Where they are missing and
# cannot be had, their tests are skipped and say so.
outside:
	@need=''; \
	{ command -v chromium || command -v google-chrome; } > /dev/null || need='chromium'; \
	{ command -v soffice || command -v libreoffice; } > /dev/null || need="$$need libreoffice-calc"; \
	if [ -n "$$need" ] && [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	    echo "Installing for the tests:$$need; this takes a minute or two, once."; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$need; } > /dev/null 2>&1 \
	        || echo 'That could not be had; its tests will be skipped.'; \
	fi

lab: $(VENV)/lab-$(NEEDS)
	$(BIN)/jupyter lab notebooks

reference: $(VENV)/run-$(NEEDS)
	$(BIN)/python notebooks/guide/reference/make_reference.py

# choice-learn brings TensorFlow, so it lives in an environment of its own; without it its rows say so.
bench: $(VENV)/bench-$(NEEDS) $(PEERS)/made
	$(BIN)/python -m tests.benchmarks $(if $(FULL),--full) $(if $(PEER_LIMIT),--peer-limit $(PEER_LIMIT)) $(ROWS)

bench-full:
	$(MAKE) bench FULL=1

bench-peers: $(PEERS)/made

# What is quick comes first. The wheel is tried with the newest versions in its ranges, as its users get them.
release: $(VENV)/release-$(NEEDS)
	$(BIN)/python -m tests.release ready
	$(MAKE) --no-print-directory test test-versions test-full
	$(BIN)/python -m tests.release make

checkouts: $(VENV)/run-$(NEEDS)
	$(BIN)/python -m tests.benchmarks.checkouts $(BEFORE) $(or $(AFTER),.) $(OPTIONS) $(if $(ONLY),--only $(ONLY))

waiting: $(VENV)/run-$(NEEDS)
	$(BIN)/python -m tests.benchmarks.waiting $(ROWS) $(if $(BEFORE),--before $(BEFORE)) $(OPTIONS)

$(PEERS)/made:
	@echo 'Installing choice-learn into $(PEERS), 2 GB; this takes some minutes, once.'
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet choice-learn==1.3.3 'ortools>=9.12,<10' \
	    || { rm -f $(PEERS)/bin/python; echo 'choice-learn cannot be installed here; the table will say so.'; }
	@touch $@

clean:
	rm -rf .venv .venv-oldest .venv-newest .venv-python* $(PEERS) runs build dist *.egg-info .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	$(if $(VERSION),,$(error '$(PYTHON)' is not Python 3.11, 3.12 or 3.13. Name one that is: PYTHON=python3.12 make $(MAKECMDGOALS)))
	@[ ! -e $(VENV)/pyvenv.cfg ] || rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run-$(NEEDS): $(MADE)
	@echo 'Installing Tierwise and what it needs into $(VENV); this takes a minute or two, once.'
	@began=$$(date +%s); $(BIN)/python -m pip install --quiet $(TESTED) --editable . \
	    && echo "Installed in $$(($$(date +%s) - began)) s."
	@touch $@

$(VENV)/test-$(NEEDS): $(MADE)
	@echo 'Installing what the checks need into $(VENV); this takes a minute or two, once.'
	@$(BIN)/python -m pip install --quiet $(TESTED) --editable '.[test]'
	@touch $@ $(VENV)/run-$(NEEDS)

$(VENV)/lab-$(NEEDS): $(MADE)
	@echo 'Installing JupyterLab into $(VENV); this takes a minute or two, once.'
	@$(BIN)/python -m pip install --quiet $(TESTED) --editable '.[lab]'
	@touch $@ $(VENV)/run-$(NEEDS)

$(VENV)/bench-$(NEEDS): $(MADE)
	@echo 'Installing what the benchmark needs into $(VENV); this takes a minute or two, once.'
	@$(BIN)/python -m pip install --quiet $(TESTED) --editable '.[bench]'
	@touch $@ $(VENV)/run-$(NEEDS)

$(VENV)/release-$(NEEDS): $(MADE)
	@echo 'Installing what makes a wheel into $(VENV); this takes a minute or two, once.'
	@$(BIN)/python -m pip install --quiet $(TESTED) --editable '.[release]'
	@touch $@ $(VENV)/run-$(NEEDS)
