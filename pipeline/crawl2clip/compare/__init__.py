"""Several runs beside each other: what each recipe keeps of one crawl, and what that is worth."""
