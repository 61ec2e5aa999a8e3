"""Clustering and comparison of embeddings."""
