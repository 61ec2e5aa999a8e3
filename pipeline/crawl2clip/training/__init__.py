"""Train models on the shards with open_clip."""
