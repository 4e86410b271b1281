"""Faults in case.toml and in scenarios."""

from __future__ import annotations

from tests.faults.corruptions import Fault, replaced

DOCUMENTS = (
    Fault("broken toml", replaced("case.toml", '"EUR"', "EUR"), ("case.toml", "line 2")),
    Fault(
        "integer of 5,000 digits",
        replaced("scenarios/base.toml", "max_menu = 2", "max_menu = " + "2" * 5000),
        ("scenarios/base.toml", "an integer is too large"),
    ),
    Fault(
        "integer of 400 digits",
        replaced("scenarios/base.toml", "max_menu = 2", "max_menu = " + "2" * 400),
        ("scenarios/base.toml", "max_menu", "an integer is too large"),
    ),
    Fault(
        "endless nesting",
        replaced("scenarios/base.toml", "max_menu = 2", "max_menu = " + "[" * 100_000),
        ("scenarios/base.toml", "nested too deeply"),
    ),
    Fault("date for a rate", replaced("case.toml", "0.08", "2024-01-01"), ("case.toml", "discount_rate", "2024-01-01")),
    Fault(
        "unknown setting",
        replaced("case.toml", "currency", "Currency"),
        ("case.toml", "Currency", 'did you mean "currency"'),
        2,
    ),
    Fault(
        "missing setting",
        replaced("case.toml", "discount_rate = 0.08\n", ""),
        ("case.toml", "discount_rate", "missing"),
    ),
    Fault(
        "unknown choice model",
        replaced("case.toml", '"logit"', '"Logit"'),
        ("case.toml", "choice_model", 'did you mean "logit"'),
    ),
    Fault("rate as text", replaced("case.toml", "0.08", '"8 %"'), ("case.toml", "discount_rate", "8 %")),
    Fault("negative rate", replaced("case.toml", "0.08", "-0.08"), ("case.toml", "discount_rate", ">= 0")),
    Fault("rate beyond reason", replaced("case.toml", "0.08", "1e300"), ("case.toml", "discount_rate", "<= 1000")),
    Fault(
        "escape sequence in the case's name",
        replaced("case.toml", '"small"', '"small\\u001b[31m"'),
        ("case.toml", "key name", "an escape character (U+001B)"),
    ),
    Fault(
        "direction turned in the currency",
        replaced("case.toml", '"EUR"', '"\\u202eRUE"'),
        ("case.toml", "key currency", "a right-to-left override (U+202E)"),
    ),
    Fault(
        "count beyond all counts",
        replaced("scenarios/base.toml", "max_menu = 2", f"max_menu = {'9' * 18}"),
        ("scenarios/base.toml", "max_menu", "a number <= 1000000000"),
    ),
    Fault(
        "flag for a count",
        replaced("scenarios/base.toml", "max_menu = 2", "max_menu = true"),
        ("scenarios/base.toml", "max_menu", "an integer"),
    ),
    Fault(
        "no number in a change",
        replaced("scenarios/dear.toml", "set = 0.10", "set = nan"),
        ("scenarios/dear.toml", "change[2].set", '"nan"'),
    ),
    Fault(
        "change beyond the range",
        replaced("scenarios/dear.toml", "multiply = 1.10", "multiply = 1e300"),
        ("scenarios/dear.toml", "change[1].multiply", "a number <= 1e+18"),
    ),
    Fault(
        "setting given twice",
        replaced("case.toml", "discount_rate", 'name = "x"\ndiscount_rate'),
        ("case.toml", "line 4"),
    ),
    Fault(
        "unknown rule",
        replaced("scenarios/base.toml", "max_menu", "max_menus"),
        ("scenarios/base.toml", "max_menus", 'did you mean "max_menu"'),
    ),
    Fault(
        "rule in capitals",
        replaced("scenarios/base.toml", "max_menu", "Max_Menu"),
        ("scenarios/base.toml", 'did you mean "max_menu"'),
    ),
    Fault(
        "fraction for a count",
        replaced("scenarios/base.toml", "max_menu = 2", "max_menu = 2.5"),
        ("scenarios/base.toml", "max_menu", "integer"),
    ),
    Fault(
        "negative count",
        replaced("scenarios/base.toml", "max_menu = 2", "max_menu = -1"),
        ("scenarios/base.toml", "max_menu", ">= 0"),
    ),
    Fault(
        "truth for a count",
        replaced("scenarios/base.toml", "max_menu = 2", "max_menu = true"),
        ("scenarios/base.toml", "max_menu", "integer"),
    ),
    Fault(
        "text for true",
        replaced("scenarios/dear.toml", "multiply = 1.10", 'multiply = 1.10\nhold_uptake = "yes"'),
        ("scenarios/dear.toml", "change[1].hold_uptake", "yes", "true or false"),
    ),
    Fault(
        "uptake held by another column",
        replaced("scenarios/dear.toml", "multiply = 1.10", "multiply = 1.10\nhold_uptake = true"),
        ("scenarios/dear.toml", "change[1]", "hold_uptake", "rates.cost_per_case", "price_sensitivity"),
    ),
    Fault(
        "share in percent",
        replaced("scenarios/base.toml", "max_provider_share = 0.8", "max_provider_share = 80"),
        ("scenarios/base.toml", "max_provider_share", "<= 1"),
    ),
    Fault(
        "infinite margin",
        replaced("scenarios/base.toml", "min_service_margin = 0.05", "min_service_margin = -inf"),
        ("scenarios/base.toml", "min_service_margin", "finite"),
    ),
    Fault(
        "unknown objective",
        replaced("scenarios/base.toml", '"account_revenue"', '"profit"'),
        ("scenarios/base.toml", "objective", "account_margin"),
    ),
    Fault(
        "broken scenario",
        replaced("scenarios/base.toml", "max_menu = 2", "max_menu 2"),
        ("scenarios/base.toml", "line 5"),
    ),
    Fault(
        "change of no table",
        replaced("scenarios/dear.toml", '"rates"', '"rate"'),
        ("scenarios/dear.toml", "change[1]", 'did you mean "rates"'),
    ),
    Fault(
        "change of no column",
        replaced("scenarios/dear.toml", '"cost_per_case"', '"cost"'),
        ("scenarios/dear.toml", "change[1]", "cost_per_case"),
    ),
    Fault(
        "condition on no column",
        replaced("scenarios/dear.toml", "provider =", "Provider ="),
        ("scenarios/dear.toml", "change[1]", 'did you mean "provider"'),
    ),
    Fault(
        "change of no row",
        replaced("scenarios/dear.toml", '"Orbis"', '"orbis"'),
        ("scenarios/dear.toml", "change[1]", "no row", 'did you mean "Orbis"'),
    ),
    Fault(
        "conditions that never meet",
        replaced("scenarios/dear.toml", '["north", "south"] }', '"north", tier = "silver" }'),
        ("scenarios/dear.toml", "change[1]", "matches no row"),
    ),
    Fault(
        "two operations",
        replaced("scenarios/dear.toml", "multiply = 1.10", "multiply = 1.10\nadd = 5"),
        ("scenarios/dear.toml", "change[1]", "exactly one"),
    ),
    Fault(
        "no operation",
        replaced("scenarios/dear.toml", "multiply = 1.10", ""),
        ("scenarios/dear.toml", "change[1]", "exactly one"),
    ),
    Fault(
        "text multiplied",
        replaced("scenarios/dear.toml", 'column = "cost_per_case"', 'column = "service"'),
        ("scenarios/dear.toml", "change[1]", "service", "numbers"),
    ),
    Fault(
        "change out of range",
        replaced("scenarios/dear.toml", "multiply = 1.10", "multiply = -1"),
        ("scenarios/dear.toml", "rates row 13", "cost_per_case"),
        3,
    ),
    Fault(
        "change breaks a reference",
        replaced("scenarios/dear.toml", 'column = "cost_per_case"\nmultiply = 1.10', 'column = "tier"\nset = "golden"'),
        ("scenarios/dear.toml", "rates row 13", "tier", "golden"),
        4,
    ),
    Fault(
        "unreachable setting",
        replaced("scenarios/dear.toml", 'column = "discount_rate"', 'column = "currency"'),
        ("scenarios/dear.toml", "change[2]", "discount_rate"),
    ),
    Fault(
        "unknown key of a change",
        replaced("scenarios/dear.toml", "multiply", "times"),
        ("scenarios/dear.toml", "change[1].times"),
        1,
    ),
    Fault(
        "scenario with a name",
        replaced("scenarios/base.toml", "max_menu", 'name = "b"\nmax_menu'),
        ("name", "its file"),
    ),
    Fault(
        "list for a value", replaced("scenarios/dear.toml", "multiply = 1.10", "set = [1]"), ("change[1].set", "[1]")
    ),
    Fault(
        "text for conditions",
        replaced("scenarios/dear.toml", '{ provider = "Orbis", region = ["north", "south"] }', '"x"'),
        ("change[1].where", "conditions"),
    ),
)
