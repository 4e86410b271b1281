"""What questions are answered with: answers, solver sessions, comparisons of plans, feasibility, trade-offs."""
