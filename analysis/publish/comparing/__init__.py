"""Comparisons of runs: what moved between two, and what a parameter changes over several."""
