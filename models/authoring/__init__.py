"""Cases as people write them: the template, a starter case, a case written to disk, faults annotated in a workbook."""
