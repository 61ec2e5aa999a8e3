"""Balance pairs over the entries that they match."""
