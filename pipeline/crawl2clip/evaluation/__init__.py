"""Evaluate models zero-shot."""
