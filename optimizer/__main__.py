"""`python -m optimizer`: the command `tierwise` where its script is not on the path."""

import sys

from .cli.command_line import main

sys.exit(main())
