"""Score how well image and text match."""
