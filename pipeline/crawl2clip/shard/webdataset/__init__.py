"""The WebDataset format."""
