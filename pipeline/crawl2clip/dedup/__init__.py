"""Drop exact, near and semantic duplicates, and evaluation images."""
