"""The command line of `crawl2clip`."""
