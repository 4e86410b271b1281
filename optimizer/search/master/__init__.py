"""The restricted master program: its linear program, its column pool, its nodes."""
