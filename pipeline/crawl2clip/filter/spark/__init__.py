"""Spark code of the filters."""
