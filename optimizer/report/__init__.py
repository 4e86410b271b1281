"""The recommendation report: one HTML file that works offline and prints well."""

from .page import report_page, write_report

__all__ = ["report_page", "write_report"]
