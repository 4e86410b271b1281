"""Other ways to solve the same cases, measured beside Tierwise."""
