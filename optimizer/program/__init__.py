"""The program: one readable mixed-integer statement of delivery, money and rules over demand totals."""
