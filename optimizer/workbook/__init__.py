"""A plan for whoever answers for the money: one Excel workbook, its totals live, its allocations stated."""
