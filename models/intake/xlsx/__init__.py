"""The `.xlsx` file format: what stands in each cell of a workbook, as Excel shows it, in time linear in its size."""
