"""The recommendation report: one HTML file that works offline and prints well."""

from .page import report_page, save_report, write_report

__all__ = ["report_page", "save_report", "write_report"]
