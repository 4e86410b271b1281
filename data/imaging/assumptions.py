"""Every number of the imaging case that is not drawn at random. The reason for each is in README.md.

Money is EUR a year unless a name says otherwise. Rows follow the columns named first in each table.
"""

from __future__ import annotations

Row = tuple[object, ...]
Table = tuple[str, list[Row]]

REGIONS = ("north", "central", "south", "east")
FAMILIES = ("mr", "ct", "xray")
TIERS = ("bronze", "silver", "gold", "platinum")

# segment: accounts, share of accounts in each of REGIONS, yearly product purchases as a share of installed value
SEGMENTS: dict[str, tuple[int, tuple[float, ...], float]] = {
    "university_hospital": (70, (0.28, 0.36, 0.20, 0.16), 0.085),
    "general_hospital": (330, (0.24, 0.34, 0.24, 0.18), 0.070),
    "imaging_chain": (120, (0.22, 0.36, 0.26, 0.16), 0.090),
    "private_practice": (380, (0.18, 0.40, 0.28, 0.14), 0.055),
    "manufacturer": (200, (0.22, 0.42, 0.16, 0.20), 0.060),
    "inspection_lab": (100, (0.25, 0.35, 0.20, 0.20), 0.075),
}

# (segment, product): fewest and most units of an account that holds it, share of accounts that do, hours a unit runs
HOLDINGS: dict[tuple[str, str], tuple[int, int, float, int]] = {
    ("university_hospital", "MR-5"): (1, 5, 1.0, 4200),
    ("university_hospital", "MR-3"): (1, 3, 0.7, 3200),
    ("university_hospital", "CT-6"): (2, 6, 1.0, 4500),
    ("university_hospital", "CA-1"): (3, 9, 1.0, 1300),
    ("university_hospital", "XP-2"): (4, 20, 1.0, 1100),
    ("general_hospital", "MR-5"): (1, 2, 0.55, 3400),
    ("general_hospital", "MR-3"): (1, 1, 0.45, 2800),
    ("general_hospital", "CT-6"): (1, 2, 0.85, 3600),
    ("general_hospital", "CA-1"): (1, 3, 0.9, 1000),
    ("general_hospital", "XP-2"): (2, 6, 0.9, 900),
    ("imaging_chain", "MR-5"): (1, 4, 0.8, 4400),
    ("imaging_chain", "MR-3"): (1, 2, 0.6, 3600),
    ("imaging_chain", "CT-6"): (1, 3, 0.9, 4000),
    ("imaging_chain", "XP-2"): (1, 4, 0.6, 1000),
    ("private_practice", "CT-6"): (1, 1, 0.45, 2400),
    ("private_practice", "CA-1"): (1, 1, 0.6, 700),
    ("private_practice", "XP-2"): (1, 2, 0.85, 700),
    ("manufacturer", "IX-2"): (1, 3, 0.9, 4800),
    ("manufacturer", "XP-2"): (1, 4, 0.6, 1200),
    ("inspection_lab", "IX-2"): (1, 4, 1.0, 4000),
    ("inspection_lab", "XP-2"): (2, 8, 0.9, 1600),
}

LABELS: dict[str, dict[str, str]] = {
    "segments": {
        "university_hospital": "University hospitals",
        "general_hospital": "General hospitals",
        "imaging_chain": "Imaging chains",
        "private_practice": "Private practices",
        "manufacturer": "Manufacturers",
        "inspection_lab": "Inspection laboratories",
    },
    "pricing_models": {
        "per_call": "Pay per call",
        "full_cover": "Full cover",
        "system_lease": "System lease",
        "open_book": "Open book",
        "uptime_pledge": "Uptime pledge",
        "pay_per_hour": "Pay per hour",
    },
    "services": {
        "how_to_question": "How-to question",
        "remote_diagnosis": "Remote diagnosis",
        "field_repair": "Field repair",
        "module_exchange": "Module exchange",
        "component_replacement": "Component replacement",
        "scheduled_maintenance": "Scheduled maintenance",
        "operator_training": "Operator training",
    },
}
"""Names that people read, by table and key; tiers, products and providers read well as they are."""
STATIC: dict[str, Table] = {
    "segments": (
        "segment,price_book,discount",
        [
            ("university_hospital", "hospitals", 0.08),
            ("general_hospital", "hospitals", 0.04),
            ("imaging_chain", "imaging_chains", 0.07),
            ("private_practice", "practices", 0.02),
            ("manufacturer", "industry", 0.05),
            ("inspection_lab", "industry", 0.03),
        ],
    ),
    "products": (
        "product,family,unit_value,incident_rate,downtime_cost,adhoc_price,adhoc_hours,"
        "price_index,product_margin,support,support_cost",
        [
            ("MR-5", "mr", 1200000, 4.0, 250, 17500, 60, 2.0, 0.40, "required", 260000),
            ("MR-3", "mr", 620000, 5.0, 140, 8500, 60, 1.1, 0.34, "required", 340000),
            ("CT-6", "ct", 560000, 3.6, 170, 9600, 60, 1.0, 0.38, "required", 220000),
            ("IX-2", "ct", 390000, 2.8, 150, 8000, 72, 0.9, 0.42, "required", 160000),
            ("CA-1", "xray", 120000, 1.8, 45, 4300, 72, 0.45, 0.22, "required", 90000),
            ("XP-2", "xray", 22000, 0.5, 9, 2600, 96, 0.25, 0.30, "optional", 60000),
        ],
    ),
    "tiers": (
        "tier,rank,response_hours,min_attainment,turnaround_hours,csat_floor,csat_target,"
        "loyalty_loss,incident_factor,fixed_cost,offer",
        [
            ("bronze", 1, 48, 0.95, "", 69, 72, 0.5, 1, 60000, "optional"),
            ("silver", 2, 24, 0.94, 96, 76.5, 78, 1, 0.97, 140000, "optional"),
            ("gold", 3, 8, 0.89, 48, 79, 80.5, 1.5, 0.90, 300000, "optional"),
            ("platinum", 4, 4, 0.87, 20, 82.5, 84, 2, 0.82, 480000, "optional"),
        ],
    ),
    "pricing_models": (
        "model,kind,fixed_cost,admin_cost,incident_factor,offer,penalty_per_hour,bonus_per_hour,"
        "term_years,residual_share,displaced_share,buyout_probability,buyout_share",
        [
            ("per_call", "pay_per_use", 90000, 120, 1, "optional", "", "", "", "", "", "", ""),
            ("full_cover", "fixed_warranty", 60000, 90, 0.98, "optional", "", "", "", "", "", "", ""),
            ("system_lease", "lease", 600000, 400, 0.95, "optional", "", "", 7, 0.35, 0.9, 0.5, 0.05),
            ("open_book", "cost_plus", 150000, 180, 1.03, "optional", "", "", "", "", "", "", ""),
            ("uptime_pledge", "performance_based", 380000, 420, 0.94, "excluded", 110, 20, "", "", "", "", ""),
            ("pay_per_hour", "usage_based", 200000, 160, 0.96, "optional", "", "", "", "", "", "", ""),
        ],
    ),
    "services": (
        "service,hours_per_case,standard_cost,needs_parts,response_clock,benchmark_cost",
        [
            ("how_to_question", 0.4, 60, "false", "false", 55),
            ("remote_diagnosis", 0.8, 150, "false", "true", 140),
            ("field_repair", 9, 2200, "false", "true", 2150),
            ("module_exchange", 1, 14000, "true", "false", 320),
            ("component_replacement", 7, 22000, "true", "false", 1900),
            ("scheduled_maintenance", 9, 2300, "false", "false", 2200),
            ("operator_training", 7, 1500, "false", "false", 1350),
        ],
    ),
    "service_mix": (
        "tier,service,cases_per_incident,cases_per_unit",
        [
            ("bronze", "how_to_question", 1.5, 0),
            ("bronze", "remote_diagnosis", 0.7, 0),
            ("bronze", "field_repair", 0.45, 0),
            ("bronze", "module_exchange", 0.10, 0),
            ("bronze", "component_replacement", 0.06, 0),
            ("bronze", "scheduled_maintenance", 0, 1),
            ("silver", "how_to_question", 1.6, 0),
            ("silver", "remote_diagnosis", 0.8, 0),
            ("silver", "field_repair", 0.55, 0),
            ("silver", "module_exchange", 0.16, 0),
            ("silver", "component_replacement", 0.12, 0),
            ("silver", "scheduled_maintenance", 0, 1.5),
            ("gold", "how_to_question", 1.8, 0),
            ("gold", "remote_diagnosis", 0.9, 0),
            ("gold", "field_repair", 0.55, 0),
            ("gold", "module_exchange", 0.19, 0),
            ("gold", "component_replacement", 0.16, 0),
            ("gold", "scheduled_maintenance", 0, 2),
            ("gold", "operator_training", 0, 0.1),
            ("platinum", "how_to_question", 2, 0),
            ("platinum", "remote_diagnosis", 1.1, 0),
            ("platinum", "field_repair", 0.55, 0),
            ("platinum", "module_exchange", 0.22, 0),
            ("platinum", "component_replacement", 0.18, 0),
            ("platinum", "scheduled_maintenance", 0, 3),
            ("platinum", "operator_training", 0, 0.3),
        ],
    ),
    "providers": (
        "provider,kind,capacity_hours,fixed_cost,commitment,max_share,risk_share,engage",
        [
            ("Own Service", "in_house", 78000, 5800000, 0, 1, 0, "required"),
            ("Meridian", "volume_partner", 36000, 180000, 1200000, 0.45, 0.4, "optional"),
            ("Orbis", "volume_partner", 34000, 150000, 800000, 0.40, 0.3, "optional"),
            ("Helix MR", "specialist_partner", 15000, 90000, 300000, 0.25, 0.6, "optional"),
            ("Tomovia", "specialist_partner", 16000, 90000, 250000, 0.25, 0.6, "optional"),
            ("Raylab", "specialist_partner", 10000, 60000, 120000, 0.20, 0.5, "optional"),
            ("Adria Service", "volume_partner", 18000, 70000, 200000, 0.25, 0.4, "optional"),
            ("Service Portal", "self_service", 12000, 120000, 0, 1, 0, "optional"),
            ("User Community", "community", 5000, 25000, 0, 1, 0, "optional"),
        ],
    ),
    "fulfilment": (
        "product,policy,parts_cost,turnaround_hours,fixed_cost",
        [
            ("MR-5", "repair_loop", 30000, 130, 40000),
            ("MR-5", "replace_central_stock", 36000, 40, 90000),
            ("MR-5", "replace_regional_stock", 40000, 12, 260000),
            ("MR-3", "repair_loop", 15000, 150, 40000),
            ("MR-3", "replace_central_stock", 18500, 44, 70000),
            ("MR-3", "replace_regional_stock", 20500, 14, 160000),
            ("CT-6", "repair_loop", 16000, 110, 40000),
            ("CT-6", "replace_central_stock", 19000, 36, 80000),
            ("CT-6", "replace_regional_stock", 21000, 10, 200000),
            ("IX-2", "repair_loop", 13000, 120, 30000),
            ("IX-2", "replace_central_stock", 15000, 38, 60000),
            ("IX-2", "replace_regional_stock", 17000, 12, 120000),
            ("CA-1", "repair_loop", 6000, 90, 20000),
            ("CA-1", "replace_central_stock", 7200, 30, 30000),
            ("CA-1", "replace_regional_stock", 7800, 10, 60000),
            ("XP-2", "repair_loop", 1000, 140, 10000),
            ("XP-2", "replace_central_stock", 1500, 26, 15000),
        ],
    ),
    "current_menus": (
        "price_book,tier,model,price",
        [
            ("hospitals", "bronze", "full_cover", 0.045),
            ("hospitals", "silver", "full_cover", 0.07),
            ("hospitals", "gold", "full_cover", 0.09),
            ("imaging_chains", "silver", "full_cover", 0.07),
            ("imaging_chains", "gold", "full_cover", 0.09),
            ("practices", "bronze", "per_call", 6000),
            ("practices", "silver", "full_cover", 0.075),
            ("industry", "bronze", "per_call", 6000),
            ("industry", "silver", "full_cover", 0.075),
        ],
    ),
    "criteria": (
        "criterion,weight,minimum",
        [
            ("quality_system", 3, 5),
            ("first_time_fix", 3, ""),
            ("safety_record", 2, 5),
            ("data_security", 1, 4),
            ("financial_strength", 1, ""),
        ],
    ),
    "scores": (
        "provider,criterion,score",
        [
            ("Meridian", "quality_system", 7.5),
            ("Meridian", "first_time_fix", 6.8),
            ("Meridian", "safety_record", 8),
            ("Meridian", "data_security", 7),
            ("Meridian", "financial_strength", 8.5),
            ("Orbis", "quality_system", 6.2),
            ("Orbis", "first_time_fix", 5.9),
            ("Orbis", "safety_record", 6.8),
            ("Orbis", "data_security", 5.5),
            ("Orbis", "financial_strength", 7.5),
            ("Helix MR", "quality_system", 8.8),
            ("Helix MR", "first_time_fix", 9.2),
            ("Helix MR", "safety_record", 8.5),
            ("Helix MR", "data_security", 7.5),
            ("Helix MR", "financial_strength", 6),
            ("Tomovia", "quality_system", 8.4),
            ("Tomovia", "first_time_fix", 8.8),
            ("Tomovia", "safety_record", 8),
            ("Tomovia", "data_security", 7),
            ("Tomovia", "financial_strength", 6.5),
            ("Raylab", "quality_system", 7.8),
            ("Raylab", "first_time_fix", 8.2),
            ("Raylab", "safety_record", 7.5),
            ("Raylab", "data_security", 6.5),
            ("Raylab", "financial_strength", 5.5),
            ("Adria Service", "quality_system", 6),
            ("Adria Service", "first_time_fix", 7.2),
            ("Adria Service", "safety_record", 6.5),
            ("Adria Service", "data_security", 5),
            ("Adria Service", "financial_strength", 5.5),
        ],
    ),
    "readiness": (
        "provider,capability,required,actual,cost_to_close,months",
        [
            ("Meridian", "spare_parts_interface", 7, 5, 90000, 4),
            ("Meridian", "certified_engineers", 8, 8, 0, 0),
            ("Orbis", "certified_engineers", 8, 5, 240000, 8),
            ("Orbis", "ticket_exchange", 6, 4, 60000, 3),
            ("Helix MR", "capacity_planning", 6, 5, 40000, 3),
            ("Tomovia", "capacity_planning", 6, 6, 0, 0),
            ("Raylab", "ticket_exchange", 6, 3, 55000, 4),
            ("Adria Service", "certified_engineers", 7, 5, 85000, 6),
            ("Adria Service", "audit_trail", 6, 4, 35000, 3),
            ("Service Portal", "knowledge_base", 8, 6, 60000, 5),
            ("User Community", "moderation", 6, 5, 15000, 2),
        ],
    ),
    "volume_discounts": (
        "provider,above,discount",
        [
            ("Meridian", 2000000, 0.04),
            ("Meridian", 4000000, 0.07),
            ("Orbis", 1500000, 0.05),
            ("Orbis", 3000000, 0.09),
            ("Tomovia", 900000, 0.03),
        ],
    ),
    "actuals": (
        "line,amount",
        [
            ("service_revenue", 119400000),
            ("delivery_cost", 28900000),
            ("fulfilment_cost", 49300000),
            ("service_cost", 87300000),
            ("product_revenue", 151200000),
        ],
    ),
}
