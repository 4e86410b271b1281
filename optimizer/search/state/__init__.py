"""What a search may use and has used: limits, timers."""
