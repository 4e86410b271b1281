"""Charts of results and answers: pure functions, Altair charts out. Nothing is computed that the tables do not hold.

The first chart puts one theme in force (`optimizer.charts.theme`), unless another was chosen. Every chart names the
unit of each axis, tells its numbers in tooltips, and draws something sensible of no rows, one row and very many rows.
"""

from .delivery_charts import experience_by_region, experience_chart, provider_chart, sweet_spot_map
from .menu_charts import menu_chart, menu_heat_map, uptake_chart
from .money_charts import bridge_chart, profit_waterfall, rule_cost_chart, scenario_chart, tornado_chart, tornado_rows
from .ownership_chart import ownership_chart
from .partner_charts import criteria_chart, make_or_buy_chart, scorecard_chart
from .theme import PALETTE, Chart, tier_colour
from .trade_off_charts import frontier_chart, price_response_chart

__all__ = [
    "PALETTE",
    "Chart",
    "bridge_chart",
    "criteria_chart",
    "experience_by_region",
    "experience_chart",
    "frontier_chart",
    "make_or_buy_chart",
    "menu_chart",
    "menu_heat_map",
    "ownership_chart",
    "price_response_chart",
    "profit_waterfall",
    "provider_chart",
    "rule_cost_chart",
    "scenario_chart",
    "scorecard_chart",
    "sweet_spot_map",
    "tier_colour",
    "tornado_chart",
    "tornado_rows",
    "uptake_chart",
]
