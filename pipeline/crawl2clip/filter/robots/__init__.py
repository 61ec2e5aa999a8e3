"""Robots.txt rules and the archives that hold them."""
