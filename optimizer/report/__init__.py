"""The recommendation report: one HTML file that works offline and prints well."""

from .front_matter import FrontMatter
from .page import report_page, save_report, write_report

__all__ = ["FrontMatter", "report_page", "save_report", "write_report"]
