"""The commands of `crawl2clip`. A module here is found by itself; its `add` says what it adds."""
