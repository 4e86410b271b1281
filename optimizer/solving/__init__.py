"""From a case and a scenario to a result: solve, evaluate, the baseline, the tables of a plan, the store."""
