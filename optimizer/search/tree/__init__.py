"""The branch-and-price tree: bounding by column generation, branching, primal heuristics."""
