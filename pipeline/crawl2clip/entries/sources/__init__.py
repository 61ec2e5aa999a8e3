"""Sources of entries: Wikipedia, WordNet, page views."""
