"""Goals that cost each other, and the plans that none beats in all of them."""
