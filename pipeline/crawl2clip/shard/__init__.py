"""Write the shards that training reads."""
