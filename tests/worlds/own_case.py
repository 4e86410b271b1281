"""The smallest honest case of one's own, as someone types it into the template: coffee machines in one region."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl

from models import write_template

Cell = str | float | bool | None

SHEETS: dict[str, tuple[str, Sequence[Sequence[Cell]]]] = {
    "case": (
        "key value",
        [("name", "coffee"), ("currency", "EUR"), ("choice_model", "logit"), ("discount_rate", 0.08)],
    ),
    "segments": ("segment", [("cafes",), ("hotels",), ("offices",)]),
    "products": (
        "product family unit_value incident_rate downtime_cost adhoc_price adhoc_hours price_index product_margin "
        "support",
        [
            ("espresso_two", "espresso", 9000, 2.2, 12, 320, 48, 1, 0.35, "optional"),
            ("espresso_one", "espresso", 5000, 1.8, 8, 290, 48, 0.9, 0.35, "optional"),
            ("filter", "brewers", 2600, 1.0, 4, 240, 48, 0.7, 0.3, "optional"),
            ("vending", "brewers", 6400, 2.0, 3, 300, 48, 1, 0.3, "optional"),
        ],
    ),
    "accounts": (
        "account_id segment region product_revenue",
        [
            ("cafe chain", "cafes", "city", 90000),
            ("other cafes", "cafes", "city", 140000),
            ("grand hotels", "hotels", "city", 120000),
            ("inns", "hotels", "city", 60000),
            ("bank", "offices", "city", 70000),
            ("small offices", "offices", "city", 110000),
        ],
    ),
    "installed_base": (
        "account_id product units",
        [
            ("cafe chain", "espresso_two", 40),
            ("cafe chain", "filter", 20),
            ("other cafes", "espresso_one", 90),
            ("grand hotels", "espresso_two", 30),
            ("grand hotels", "filter", 60),
            ("inns", "espresso_one", 35),
            ("bank", "vending", 45),
            ("small offices", "vending", 40),
            ("small offices", "filter", 80),
        ],
    ),
    "tiers": (
        "tier rank response_hours min_attainment csat_floor csat_target offer",
        [
            ("bronze", 1, 48, 0.7, 60, 70, "optional"),
            ("silver", 2, 24, 0.7, 65, 75, "optional"),
            ("gold", 3, 12, 0.7, 70, 80, "optional"),
        ],
    ),
    "pricing_models": ("model kind", [("yearly_fee", "fixed_warranty"), ("per_call", "pay_per_use")]),
    "price_points": (
        "tier model price to step",
        [
            ("bronze", "yearly_fee", 0.05, 0.08, 0.01),
            ("silver", "yearly_fee", 0.06, 0.09, 0.01),
            ("gold", "yearly_fee", 0.07, 0.1, 0.01),
            ("bronze", "per_call", 160, 220, 20),
        ],
    ),
    "current_menus": (
        "price_book tier model price",
        [
            ("cafes", "bronze", "yearly_fee", 0.07),
            ("hotels", "bronze", "yearly_fee", 0.07),
            ("hotels", "gold", "yearly_fee", 0.09),
            ("offices", "bronze", "yearly_fee", 0.07),
        ],
    ),
    "services": (
        "service hours_per_case standard_cost needs_parts response_clock",
        [("phone", 0.5, 25, False, True), ("visit", 3, 160, True, True)],
    ),
    "service_mix": (
        "tier service cases_per_incident",
        [
            ("bronze", "phone", 1),
            ("bronze", "visit", 0.6),
            ("silver", "phone", 1),
            ("silver", "visit", 0.7),
            ("gold", "phone", 1),
            ("gold", "visit", 0.8),
        ],
    ),
    "providers": (
        "provider kind capacity_hours fixed_cost engage",
        [
            ("own_team", "in_house", 2500, 12000, "required"),
            ("fixit", "volume_partner", 2500, None, "optional"),
            ("helpline", "specialist_partner", 900, None, "optional"),
        ],
    ),
    "rates": (
        "provider service cost_per_case response_hours csat",
        [
            ("own_team", "phone", 22, 4, 84),
            ("own_team", "visit", 170, 8, 86),
            ("fixit", "visit", 135, 14, 74),
            ("helpline", "phone", 14, 2, 80),
        ],
    ),
    "fulfilment": (
        "product policy parts_cost turnaround_hours",
        [
            ("espresso_two", "stock", 70, 24),
            ("espresso_one", "stock", 50, 24),
            ("filter", "stock", 25, 24),
            ("vending", "stock", 60, 24),
        ],
    ),
    "customer_classes": (
        "segment customer_class share price_sensitivity",
        [("cafes", "all", 1, 0.5), ("hotels", "all", 1, 0.35), ("offices", "all", 1, 0.7)],
    ),
    "appeal": (
        "segment customer_class tier appeal",
        [
            ("cafes", "all", "bronze", 0.6),
            ("cafes", "all", "silver", 1.4),
            ("cafes", "all", "gold", 2.0),
            ("hotels", "all", "bronze", 0.6),
            ("hotels", "all", "silver", 1.5),
            ("hotels", "all", "gold", 2.4),
            ("offices", "all", "bronze", 0.8),
            ("offices", "all", "silver", 1.2),
        ],
    ),
    "loyalty": (
        "segment tier retention",
        [
            (segment, tier, kept)
            for segment in ("cafes", "hotels", "offices")
            for tier, kept in (("none", 0.85), ("bronze", 0.88), ("silver", 0.9), ("gold", 0.92))
        ],
    ),
    "scenarios": (
        "scenario key value",
        [("base", "objective", "account_margin"), ("base", "min_service_margin", 0.25)],
    ),
}
"""Headers and rows of every sheet that is filled; all other sheets are emptied of their examples."""


def typed_cells() -> int:
    """How many cells are typed in all."""
    return sum(cell is not None for _, rows in SHEETS.values() for row in rows for cell in row)


def fill_template(file: Path) -> Path:
    """Write the template, empty it of its examples, and type the case into it."""
    book = openpyxl.load_workbook(write_template(file))
    for sheet in book.worksheets[1:]:
        sheet.delete_rows(2, sheet.max_row)
        headers, rows = SHEETS.get(sheet.title, ("", ()))
        place = {cell.value: cell.column for cell in sheet[1]}
        for at, row in enumerate(rows, 2):
            for header, value in zip(headers.split(), row, strict=True):
                sheet.cell(at, place[header], value)
    book.save(file)
    return file
