"""Token and key frequencies."""
