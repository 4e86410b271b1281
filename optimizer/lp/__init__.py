"""Linear and integer programs as arrays, their scaling and safe bounds, and the one module that talks to the solver."""
