"""Spark code of balancing."""
