"""Models trained on the shards: training, zero-shot evaluation, scaling laws."""
