"""Tolerances of linear and integer programs, each declared once; for scaled programs unless said otherwise."""

FEASIBILITY = 1e-9
"""Violation of a row, a column's bounds or a dual that counts as none in a linear program.

Relative, also that of rows without variables and of limits that are held against numbers alone.
"""
RETRIED_FEASIBILITY = (FEASIBILITY, 1e-8, 1e-7)
"""The same for a linear program that the solver has failed to solve, try after try.

HiGHS 1.15.1 gives some up at the first, where what it scaled is feasible and what was asked for is not.
"""
INTEGER_FEASIBILITY = 1e-7
"""The same in an integer program. Tighter, HiGHS 1.15.1 calls feasible ones infeasible."""
TINY_COEFFICIENT = 1e-8
"""Coefficients smaller than this are too small for the tolerance of integer programs.

HiGHS 1.15.1 presolves programs that hold some to worse solutions than the best, and calls them optimal.
"""
INTEGRALITY = 1e-6
"""Distance from a whole number at which a value counts as whole; a weight as small as that is none."""
ROUNDING = 1e-9
"""Relative error that rounding may leave in a sum, a bound or a gap: no gap finer than this is asked for."""
