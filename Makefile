# Everything runs in an environment of the project's own; nothing is installed outside of it.
#   PYTHON=python3.12 make test     another interpreter
#   VENV=/somewhere make test       another place for the environment

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= 2

# The environment is made anew when the interpreter or the checkout's place changes,
# and installed into again when pyproject.toml changes.
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3] if (3, 11) <= sys.version_info < (3, 14) else "")')
PLACE := $(shell echo '$(VERSION) $(CURDIR)' | cksum | cut -d' ' -f1)
NEEDS := $(shell cat pyproject.toml | cksum | cut -d' ' -f1)
MADE := $(VENV)/made-$(PLACE)

.PHONY: help demo test check lab clean
help:
	@echo 'make demo    set up, solve the shipped case, show the plan'
	@echo 'make test    set up and run every check: style, types, import rules, tests, coverage'
	@echo 'make lab     set up and open the notebooks in JupyterLab'
	@echo 'make clean   remove the environment, the runs and every cache'

demo: $(VENV)/run-$(NEEDS)
	$(BIN)/tierwise solve data/imaging

test: check
	$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report=
	$(BIN)/coverage report --include='models/*' --fail-under=90 --skip-covered
	$(BIN)/coverage report --include='optimizer/*' --fail-under=90 --skip-covered

check: $(VENV)/test-$(NEEDS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lab: $(VENV)/lab-$(NEEDS)
	$(BIN)/jupyter lab notebooks

clean:
	rm -rf .venv runs build dist *.egg-info .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	$(if $(VERSION),,$(error '$(PYTHON)' is not Python 3.11, 3.12 or 3.13. Name one that is: PYTHON=python3.12 make $(MAKECMDGOALS)))
	@[ ! -e $(VENV)/pyvenv.cfg ] || rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run-$(NEEDS): $(MADE)
	@echo 'Installing Tierwise and what it needs into $(VENV); this takes a minute or two, once.'
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/test-$(NEEDS): $(MADE)
	@echo 'Installing what the checks need into $(VENV); this takes a minute or two, once.'
	@$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ $(VENV)/run-$(NEEDS)

$(VENV)/lab-$(NEEDS): $(MADE)
	@echo 'Installing JupyterLab into $(VENV); this takes a minute or two, once.'
	@$(BIN)/python -m pip install --quiet --editable '.[lab]'
	@touch $@ $(VENV)/run-$(NEEDS)
