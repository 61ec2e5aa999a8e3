"""Files of vectors, and nearest centres."""
