"""Filter pairs by captions, images, blocklists and scores."""
