"""Reading and checking cases: files to raw columns, raw columns to checked tables, tables to a case."""
