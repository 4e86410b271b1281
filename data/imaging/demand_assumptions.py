"""How customers choose, stay and are bound today, and the prices that may be asked. Reasons in README.md."""

from __future__ import annotations

from assumptions import Row

# segment, class, share of units, utility lost per 1 % of unit value, risk aversion per EUR
CLASSES: list[Row] = [
    ("university_hospital", "uptime_first", 0.60, 0.38, 0.000004),
    ("university_hospital", "budget_first", 0.40, 0.60, 0.000002),
    ("general_hospital", "uptime_first", 0.40, 0.41, 0.000005),
    ("general_hospital", "budget_first", 0.60, 0.68, 0.000003),
    ("imaging_chain", "uptime_first", 0.55, 0.43, 0.000004),
    ("imaging_chain", "budget_first", 0.45, 0.70, 0.000002),
    ("private_practice", "uptime_first", 0.35, 0.40, 0.000012),
    ("private_practice", "budget_first", 0.65, 0.62, 0.000006),
    ("manufacturer", "uptime_first", 0.55, 0.40, 0.000004),
    ("manufacturer", "budget_first", 0.45, 0.62, 0.000002),
    ("inspection_lab", "uptime_first", 0.35, 0.43, 0.000008),
    ("inspection_lab", "budget_first", 0.65, 0.68, 0.000004),
]

# class: utility of bronze, silver, gold, platinum before price, against having no contract
APPEAL = {"uptime_first": (-2.8, -1.7, -0.5, 0.0), "budget_first": (-1.1, -0.6, -1.5, -2.4)}

# (segment, class): added to each tier's appeal; None: the class never buys the tier
LEAN: dict[tuple[str, str], tuple[float | None, ...]] = {
    ("university_hospital", "uptime_first"): (-0.4, 0.0, 0.2, 0.3),
    ("university_hospital", "budget_first"): (-0.4, 0.0, 0.2, 0.1),
    ("general_hospital", "uptime_first"): (0.0, 0.1, 0.1, -0.2),
    ("general_hospital", "budget_first"): (0.0, 0.1, -0.1, -0.5),
    ("imaging_chain", "uptime_first"): (-0.2, 0.1, 0.2, 0.2),
    ("imaging_chain", "budget_first"): (-0.2, 0.1, 0.1, -0.2),
    ("private_practice", "uptime_first"): (0.3, 0.1, 0.0, -0.8),
    ("private_practice", "budget_first"): (0.6, 0.2, -1.8, -2.0),
    ("manufacturer", "uptime_first"): (-0.1, 0.1, 0.1, 0.1),
    ("manufacturer", "budget_first"): (-0.1, 0.1, 0.0, -0.3),
    ("inspection_lab", "uptime_first"): (0.6, 0.3, 0.0, None),
    ("inspection_lab", "budget_first"): (0.8, 0.3, -0.4, None),
}

# tier: retention above having no contract, cross-selling
GAINS = {
    "none": (0.0, 0.02),
    "bronze": (0.04, 0.03),
    "silver": (0.075, 0.04),
    "gold": (0.10, 0.06),
    "platinum": (0.11, 0.08),
}
# segment: retention without a contract
LOYALTY: dict[str, tuple[float, dict[str, tuple[float, float]]]] = {
    "university_hospital": (0.85, GAINS),
    "general_hospital": (0.84, GAINS),
    "imaging_chain": (0.80, GAINS),
    "private_practice": (0.81, GAINS),
    "manufacturer": (0.83, GAINS),
    "inspection_lab": (0.80, GAINS),
}

# segment, chance that a holding is bound, terms it may be bound on
Terms = tuple[tuple[str, str, float], ...]
CONTRACTS: list[tuple[str, float, Terms]] = [
    ("university_hospital", 0.10, (("silver", "full_cover", 0.071), ("gold", "full_cover", 0.091))),
    ("general_hospital", 0.12, (("bronze", "full_cover", 0.046), ("silver", "full_cover", 0.071))),
    ("imaging_chain", 0.10, (("silver", "full_cover", 0.07), ("gold", "full_cover", 0.09))),
    ("private_practice", 0.12, (("bronze", "per_call", 6000), ("silver", "full_cover", 0.075))),
    ("manufacturer", 0.10, (("silver", "full_cover", 0.075), ("silver", "open_book", 0.25))),
    ("inspection_lab", 0.10, (("bronze", "per_call", 6000), ("silver", "full_cover", 0.075))),
]

EVERYWHERE = ("",)
# tier, model, lowest price, step, count, price books
PRICE_POINTS: list[tuple[str, str, float, float, int, tuple[str, ...]]] = [
    ("bronze", "full_cover", 0.040, 0.005, 7, EVERYWHERE),
    ("silver", "full_cover", 0.055, 0.005, 7, EVERYWHERE),
    ("gold", "full_cover", 0.075, 0.0075, 7, EVERYWHERE),
    ("platinum", "full_cover", 0.095, 0.0075, 7, EVERYWHERE),
    ("bronze", "per_call", 4500, 500, 7, EVERYWHERE),
    ("silver", "per_call", 6500, 750, 7, EVERYWHERE),
    ("gold", "per_call", 9000, 1000, 7, EVERYWHERE),
    ("silver", "open_book", 0.1, 0.1, 7, EVERYWHERE),
    ("gold", "open_book", 0.1, 0.1, 7, EVERYWHERE),
    ("platinum", "open_book", 0.1, 0.1, 7, EVERYWHERE),
    ("silver", "pay_per_hour", 7, 1.5, 7, EVERYWHERE),
    ("gold", "pay_per_hour", 9, 1.5, 7, EVERYWHERE),
    ("platinum", "pay_per_hour", 11, 2, 7, EVERYWHERE),
    ("gold", "system_lease", 0.245, 0.005, 7, ("practices",)),
    ("gold", "uptime_pledge", 0.070, 0.0075, 7, EVERYWHERE),
    ("platinum", "uptime_pledge", 0.095, 0.0075, 7, EVERYWHERE),
]
