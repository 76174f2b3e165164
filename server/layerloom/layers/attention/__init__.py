"""Attention: each step of one sequence looks at the steps of another."""
