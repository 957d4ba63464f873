"""Runs held against each other: what moved between two, and what a parameter does over several."""
