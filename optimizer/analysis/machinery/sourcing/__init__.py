"""Providers of a plan: their scorecard, what they earn, what their failure costs, and make or buy."""
