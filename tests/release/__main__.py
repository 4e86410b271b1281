"""`make release`: python -m tests.release ready, and after the tests python -m tests.release make.

`ready` says what stands in the way of a release: the version, the changelog, uncommitted files. `make` makes the source
archive and the wheel in `dist`, and tries the wheel in a fresh environment. Nothing is uploaded.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.folders import ROOT

from .readiness import faults
from .trial import TrialError, attempt, install, make

DIST = ROOT / "dist"


def ready() -> int:
    """Tell what stands in the way; 0 if nothing does."""
    found = faults(ROOT)
    print("\n".join(found) or "Version, changelog and tree are ready for a release.")
    return 1 if found else 0


def made() -> int:
    """Make the wheel and try it; 0 if it does what it should."""
    try:
        wheel = make(DIST)
        with tempfile.TemporaryDirectory() as folder:
            attempt(install(wheel, Path(folder).resolve()))
    except (TrialError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Made and tried: {', '.join(str(file.relative_to(ROOT)) for file in sorted(DIST.iterdir()))}")
    return 0


if __name__ == "__main__":
    steps = {"ready": ready, "make": made}
    sys.exit(steps[sys.argv[1]]() if sys.argv[1:2] and sys.argv[1] in steps else __doc__)
