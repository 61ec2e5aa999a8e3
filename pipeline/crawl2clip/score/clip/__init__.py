"""CLIP models, preprocessing and batched scoring."""
