"""Train and evaluate data filtering networks."""
