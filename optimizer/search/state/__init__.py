"""What the parts of a search share: its state with the incumbent, limits, tolerance and parameters; timers."""
