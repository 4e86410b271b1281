"""A small valid case that uses every table: two price books, two tiers, all six kinds of pricing model."""

from __future__ import annotations

from pathlib import Path

CASE = """\
name = "small"
currency = "EUR"
choice_model = "logit"
discount_rate = 0.08
description = "Two price books, two tiers, six pricing models."
"""

SCENARIOS = {
    "base": """\
description = "A margin floor and a limit on partners."
objective = "account_revenue"
min_service_margin = 0.05
min_account_margin = 0.10
max_menu = 2
max_provider_share = 0.8
""",
    "dear": """\
description = "Orbis asks a tenth more; no rule on margins."
objective = "account_margin"

[[change]]
table = "rates"
where = { provider = "Orbis", region = ["north", "south"] }
column = "cost_per_case"
multiply = 1.10

[[change]]
table = "case"
column = "discount_rate"
set = 0.10
""",
}

TABLES = {
    "accounts": """\
account_id,segment,region,product_revenue
A1,hospital,north,400000
A2,hospital,south,250000
A3,clinic,north,90000
A4,factory,south,300000
A5,factory,north,120000
""",
    "installed_base": """\
account_id,product,units,usage_hours
A1,scanner,6,2500
A1,viewer,10,1200
A2,scanner,4,2200
A3,viewer,5,900
A4,gauge,8,3000
A4,viewer,2,800
A5,gauge,3,2600
""",
    "segments": """\
segment,price_book,discount
hospital,health,0.05
clinic,health,0
factory,,0.02
""",
    "customer_classes": """\
segment,customer_class,share,price_sensitivity,risk_aversion
hospital,careful,0.6,0.35,0.00002
hospital,thrifty,0.4,0.70,0
clinic,all,1,0.55,0.00001
factory,all,1,0.50,0
""",
    "appeal": """\
segment,customer_class,tier,appeal
hospital,careful,silver,0.8
hospital,careful,gold,1.6
hospital,thrifty,silver,0.6
hospital,thrifty,gold,0.9
clinic,all,silver,0.5
factory,all,silver,0.7
factory,all,gold,1.1
""",
    "loyalty": """\
segment,tier,retention,cross_sell
hospital,none,0.85,0
hospital,silver,0.90,0.02
hospital,gold,0.94,0.04
clinic,none,0.80,0
clinic,silver,0.86,0.01
clinic,gold,0.88,0.02
factory,none,0.82,0
factory,silver,0.88,0.02
factory,gold,0.92,0.03
""",
    "products": """\
product,family,unit_value,incident_rate,downtime_cost,adhoc_price,adhoc_hours,price_index,product_margin,support,support_cost
scanner,imaging,90000,2.5,150,1800,48,1.2,0.42,required,4000
viewer,imaging,15000,1.2,40,700,36,0.8,0.38,optional,1500
gauge,industrial,40000,1.8,90,1200,40,1,0.35,optional,2500
""",
    "tiers": """\
tier,rank,response_hours,min_attainment,turnaround_hours,csat_floor,csat_target,loyalty_loss,incident_factor,fixed_cost,offer
silver,1,24,0.6,,60,75,4,1,2000,optional
gold,2,8,0.5,60,70,84,8,0.9,5000,optional
""",
    "pricing_models": """\
model,kind,fixed_cost,admin_cost,incident_factor,offer,penalty_per_hour,bonus_per_hour,term_years,residual_share,displaced_share,buyout_probability,buyout_share
metered,pay_per_use,500,10,1,optional,,,,,,,
warranty,fixed_warranty,800,25,1.02,optional,,,,,,,
rental,lease,1500,60,0.95,optional,,,5,0.2,0.1,0.3,0.25
open_book,cost_plus,700,40,1,optional,,,,,,,
outcome,performance_based,1200,50,0.9,optional,30,10,,,,,
by_hour,usage_based,600,30,0.98,optional,,,,,,,
""",
    "price_points": """\
tier,model,price,price_book
silver,metered,900,
silver,metered,1100,
silver,warranty,0.05,
silver,warranty,0.06,health
gold,warranty,0.08,
gold,warranty,0.09,factory
gold,rental,0.25,
silver,open_book,0.3,
gold,outcome,0.085,
silver,by_hour,1.2,
gold,by_hour,1.9,factory
""",
    "services": """\
service,hours_per_case,standard_cost,needs_parts,response_clock,benchmark_cost
remote,1,80,false,true,90
field,5,600,true,true,650
inspection,3,300,false,false,
""",
    "service_mix": """\
tier,service,cases_per_incident,cases_per_unit
silver,remote,0.6,0
silver,field,0.5,0
gold,remote,0.7,0
gold,field,0.4,0
gold,inspection,0,1
""",
    "providers": """\
provider,kind,capacity_hours,fixed_cost,commitment,max_share,risk_share,engage
own,in_house,600,8000,0,1,0,required
Orbis,volume_partner,400,3000,5000,0.9,0.5,optional
Vega,specialist_partner,300,2500,0,0.8,0.25,optional
web,self_service,500,400,0,1,0,optional
forum,community,200,100,0,1,0,optional
""",
    "rates": """\
provider,region,family,service,tier,cost_per_case,response_hours,csat,max_share
own,north,imaging,remote,,85,6,84,1
own,north,imaging,field,,620,7,86,1
own,north,imaging,inspection,,280,48,85,1
own,north,industrial,remote,,90,6,83,1
own,north,industrial,field,,640,7,85,1
own,north,industrial,inspection,,290,48,85,1
own,south,imaging,remote,,88,7,83,1
own,south,imaging,field,,660,9,84,1
own,south,imaging,inspection,,300,48,84,1
own,south,industrial,remote,,92,7,82,1
own,south,industrial,field,,680,9,83,1
own,south,industrial,inspection,,310,48,83,1
Orbis,north,imaging,field,,500,12,74,0.9
Orbis,north,imaging,field,gold,560,8,78,0.8
Orbis,south,industrial,field,,510,11,75,0.9
Vega,south,imaging,field,gold,700,4,92,1
Vega,north,imaging,inspection,,260,48,88,1
web,north,imaging,remote,,8,1,70,0.5
web,south,industrial,remote,silver,8,1,68,0.5
forum,north,imaging,remote,silver,2,10,62,0.2
""",
    "fulfilment": """\
product,policy,parts_cost,turnaround_hours,fixed_cost
scanner,repair_central,500,96,0
scanner,replace_local,900,24,2500
viewer,repair_central,150,90,0
viewer,replace_local,260,20,800
gauge,repair_central,300,80,0
gauge,replace_local,520,30,1500
""",
    "current_menus": """\
price_book,tier,model,price
health,silver,warranty,0.055
health,gold,warranty,0.085
factory,silver,metered,1000
""",
    "contracts": """\
account_id,product,tier,model,price,units
A1,scanner,gold,warranty,0.082,2
A1,scanner,silver,warranty,0.052,1
A4,gauge,silver,metered,950,1
""",
    "criteria": """\
criterion,weight,minimum
quality,2,5
reach,1,
""",
    "scores": """\
provider,criterion,score
Orbis,quality,6.5
Orbis,reach,9
Vega,quality,9
Vega,reach,5
""",
    "readiness": """\
provider,capability,required,actual,cost_to_close,months
Orbis,remote_tools,7,5,1500,4
Vega,parts_stock,6,8,900,2
""",
    "volume_discounts": """\
provider,above,discount
Orbis,4000,0.03
Orbis,9000,0.06
""",
    "actuals": """\
line,amount
service_revenue,104000
service_cost,66500
product_revenue,1100000
""",
}


def write_small_case(folder: Path) -> Path:
    """Write the case as CSV files into a folder, which is made if need be, and return the folder."""
    (folder / "scenarios").mkdir(parents=True, exist_ok=True)
    (folder / "case.toml").write_text(CASE, encoding="utf-8")
    for name, content in SCENARIOS.items():
        (folder / "scenarios" / f"{name}.toml").write_text(content, encoding="utf-8")
    for name, content in TABLES.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder
