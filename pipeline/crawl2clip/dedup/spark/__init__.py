"""Spark code of deduplication."""
