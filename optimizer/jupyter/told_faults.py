"""What went wrong, for whoever reads a page and not its log."""

from __future__ import annotations

from models import CaseError
from models.plan_tables import RunError

from ..results.html import escaped


def fault_page(error: Exception) -> str:
    """HTML that says what went wrong, and whose fault it is."""
    if isinstance(error, CaseError | RunError | OSError):
        text = str(error)
    else:
        text = f"This is a fault of Tierwise, not of your input: {type(error).__name__}: {error}"
    told = escaped(text).replace("\n", "<br>")
    return f'<div class="tierwise-fault" role="alert"><b>This cannot be shown.</b> {told}</div>'
