"""Fit scaling laws to results of evaluations."""
