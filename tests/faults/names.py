"""Faults in names: fixed words, twins, references, rows that do not add up."""

from __future__ import annotations

from tests.faults.corruptions import Fault, added, appended, cell, line, scored

WORDS = (
    Fault(
        "a line that no plan has",
        cell("actuals", 3, "line", "service_costs"),
        ("actuals.csv line 3", "line", "service_costs", 'did you mean "service_cost"?'),
    ),
    Fault(
        "unknown kind of model",
        cell("pricing_models", 2, "kind", "pay_per_click"),
        ("pricing_models.csv line 2", "kind", "pay_per_click"),
    ),
    Fault(
        "kind in capitals",
        cell("providers", 2, "kind", "In_House"),
        ("providers.csv line 2", "kind", 'did you mean "in_house"'),
    ),
    Fault(
        "unknown offer",
        cell("tiers", 2, "offer", "maybe"),
        ("tiers.csv line 2", "offer", "required, optional, excluded"),
    ),
    Fault(
        "yes for true",
        cell("services", 2, "needs_parts", "yes"),
        ("services.csv line 2", "needs_parts", "true or false"),
    ),
    Fault(
        "tier called none",
        appended("tiers", "none,3,4,0,,50,60,0,1,0,optional"),
        ("tiers.csv line 4", "tier", "reserved"),
        1,
    ),
    Fault(
        "class called contract",
        cell("customer_classes", 5, "customer_class", "contract"),
        ("customer_classes.csv line 5", "customer_class", "reserved"),
        3,
    ),
    Fault(
        "escape sequence in a name",
        cell("readiness", 2, "capability", "a\x1b[31m"),
        ("readiness.csv line 2", "an escape character (U+001B)", r"a\x1b[31m"),
    ),
    Fault(
        "line break in a name",
        cell("criteria", 2, "criterion", "qual\nity"),
        ("criteria.csv line 2", "a line break (U+000A)", r"qual\nity"),
        3,
    ),
    Fault(
        "direction turned in a name",
        cell("readiness", 2, "capability", "\u202eabc"),
        ("readiness.csv line 2", "a right-to-left override (U+202E)"),
    ),
    Fault(
        "name without end",
        cell("readiness", 2, "capability", "x" * 501),
        ("readiness.csv line 2", "at most 500 characters", 'xxx..."'),
    ),
    Fault("blank name", cell("accounts", 2, "segment", ""), ("accounts.csv line 2", "segment", "blank")),
    Fault(
        "twin account",
        appended("accounts", "A1,clinic,north,5"),
        ("accounts.csv line 7", "account_id", "accounts.csv line 2"),
    ),
    Fault(
        "twin base row",
        appended("installed_base", "A1,scanner,1,5"),
        ("installed_base.csv line 9", "account_id=A1, product=scanner"),
    ),
    Fault("twin rank", cell("tiers", 3, "rank", "1"), ("tiers.csv line 3", "rank", "tiers.csv line 2")),
    Fault(
        "twin rate",
        appended("rates", "own,north,imaging,remote,,85,6,84,1"),
        ("rates.csv line 22", "provider", "rates.csv line 2"),
    ),
    Fault("twin threshold", cell("volume_discounts", 3, "above", "4000"), ("volume_discounts.csv line 3", "above")),
    Fault(
        "two menus for one tier",
        appended("current_menus", "health,gold,warranty,0.09"),
        ("current_menus.csv line 5", "price_book=health, tier=gold"),
    ),
)
REFERENCES = (
    Fault(
        "hidden character in a reference",
        cell("rates", 15, "provider", "Or\u200bbis"),
        ("rates.csv line 15", 'it looks like "Orbis" but has a zero width space (U+200B) after "Or"', r"Or\u200bbis"),
    ),
    Fault(
        "cyrillic letter in a reference",
        cell("rates", 15, "provider", "Оrbis"),
        ("rates.csv line 15", "cyrillic capital letter o (U+041E) at its start, not a latin capital letter o (U+004F)"),
    ),
    Fault(
        "unknown segment",
        cell("accounts", 4, "segment", "school"),
        ("accounts.csv line 4", "segment", "school", "clinic"),
    ),
    Fault(
        "segment in capitals",
        cell("accounts", 4, "segment", "Clinic"),
        ("accounts.csv line 4", 'did you mean "clinic"'),
    ),
    Fault(
        "unknown account",
        appended("installed_base", "A9,viewer,1,0"),
        ("installed_base.csv line 9", "account_id", "A9"),
    ),
    Fault(
        "unknown product",
        cell("installed_base", 4, "product", "scaner"),
        ("installed_base.csv line 4", 'did you mean "scanner"'),
    ),
    Fault(
        "unknown class",
        cell("appeal", 6, "customer_class", "every"),
        ("appeal.csv line 6", "segment=clinic", "customer_classes"),
    ),
    Fault(
        "tier in capitals", cell("service_mix", 5, "tier", "Gold"), ("service_mix.csv line 5", 'did you mean "gold"')
    ),
    Fault(
        "unknown price book",
        cell("price_points", 5, "price_book", "helth"),
        ("price_points.csv line 5", 'did you mean "health"'),
    ),
    Fault(
        "unknown model",
        cell("current_menus", 2, "model", "waranty"),
        ("current_menus.csv line 2", 'did you mean "warranty"'),
    ),
    Fault("unknown service", cell("rates", 9, "service", "Field"), ("rates.csv line 9", 'did you mean "field"')),
    Fault("unknown family", cell("rates", 9, "family", "optics"), ("rates.csv line 9", "family", "optics")),
    Fault("unknown provider", cell("rates", 14, "provider", "orbis"), ("rates.csv line 14", 'did you mean "Orbis"')),
    Fault("unknown rate tier", cell("rates", 15, "tier", "platinum"), ("rates.csv line 15", "tier", "platinum")),
    Fault(
        "policy of no product", cell("fulfilment", 2, "product", "drone"), ("fulfilment.csv line 2", "product", "drone")
    ),
    Fault(
        "contract on no units",
        cell("contracts", 2, "product", "gauge"),
        ("contracts.csv line 2", "account_id=A1", "installed_base"),
    ),
    Fault(
        "contract on an unknown tier",
        cell("contracts", 2, "tier", "bronze"),
        ("contracts.csv line 2", "tier", "bronze"),
    ),
    Fault("unknown criterion", cell("scores", 2, "criterion", "price"), ("scores.csv line 2", "criterion", "price")),
    Fault(
        "readiness of nobody", cell("readiness", 2, "provider", "Atlas"), ("readiness.csv line 2", "provider", "Atlas")
    ),
    Fault(
        "discount of nobody",
        cell("volume_discounts", 2, "provider", "Atlas"),
        ("volume_discounts.csv line 2", "provider"),
    ),
)
TOGETHER = (
    Fault(
        "shares under 1",
        cell("customer_classes", 2, "share", "0.5"),
        ("customer_classes.csv line 2", "segment=hospital", "sum to 0.9"),
    ),
    Fault("segment without classes", appended("segments", "school,,0"), ("customer_classes", "segment=school"), 4),
    Fault(
        "account without products",
        appended("accounts", "A6,clinic,north,5"),
        ("accounts.csv line 7", "account_id=A6", "installed_base"),
    ),
    Fault("loyalty without none", line("loyalty", 2, None), ("loyalty", "segment=hospital, tier=none", "missing row")),
    Fault(
        "loyalty without a tier", line("loyalty", 10, None), ("loyalty", "segment=factory, tier=gold", "missing row")
    ),
    Fault("too many units locked", cell("contracts", 2, "units", "6"), ("contracts.csv line 2", "7 units", "holds 6")),
    Fault(
        "falling discounts", cell("volume_discounts", 3, "discount", "0.02"), ("volume_discounts.csv line 3", "rises")
    ),
    Fault(
        "score for an unknown family",
        scored("Vega,reach,north,imagin,7"),
        ("scores.csv line 6", "provider=Vega, criterion=reach, region=north", "family", "imagin"),
    ),
    Fault(
        "score for a region with a bell in its name",
        scored("Vega,reach,nor\u0007th,imaging,7"),
        ("scores.csv line 6", "region", "U+0007"),
    ),
    Fault(
        "score for a place twice",
        scored("Vega,reach,,,4"),
        ("scores.csv line 6", "provider=Vega, criterion=reach", "the same provider, criterion, region and family"),
    ),
    Fault(
        "score for everywhere missing",
        added("scores", "region", line_3="north"),
        ("scores", "provider=Orbis, criterion=reach", "missing row", "for every criterion asked of its kind"),
    ),
    Fault("missing score", line("scores", 5, None), ("scores", "provider=Vega, criterion=reach", "missing row")),
)
