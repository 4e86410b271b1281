"""The program: one readable mixed-integer formulation of delivery, money and rules over demand totals."""
