"""The pricing problem: the best menu of a price book, with columns, restrictions, bounds, relaxations, kernels."""
