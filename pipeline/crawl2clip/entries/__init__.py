"""Build the entry lists that captions are matched with from their published sources.

MetaCLIP (Xu et al. 2023, table 1): the numbers 0 to 99, WordNet's synsets, and Wikipedia's words,
bigrams and titles.
"""
