"""The economics between a price book and its customers: pricing kinds, choice, demand, uptake, delivery."""
