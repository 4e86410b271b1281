"""Answers to what a plan alone does not say, one module for each question."""
