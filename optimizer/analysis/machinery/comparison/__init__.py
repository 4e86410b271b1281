"""One plan against another: the bridge between them, what moves, what one thing adds, and the waves from today."""
