"""What a given plan amounts to, worked out from the tables alone; never for the amounts that a plan claims."""
