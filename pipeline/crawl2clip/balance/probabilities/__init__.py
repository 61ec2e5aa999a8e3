"""Counts, thresholds and keep probabilities."""
