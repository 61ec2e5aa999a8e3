"""Index of evaluation images."""
