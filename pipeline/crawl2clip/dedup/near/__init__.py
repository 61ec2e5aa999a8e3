"""Near-duplicate search by hashes."""
