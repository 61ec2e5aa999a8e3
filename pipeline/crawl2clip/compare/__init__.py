"""Compare runs of several recipes: what each keeps of one crawl, and how well it trains."""
