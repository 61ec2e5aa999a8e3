"""Plans of a balancing, and top-ups after it."""
