"""Provide the commands of `crawl2clip`.

Modules here are found automatically; the `add` of each registers its commands.
"""
