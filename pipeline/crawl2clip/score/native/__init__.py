"""C extension that resizes images."""
