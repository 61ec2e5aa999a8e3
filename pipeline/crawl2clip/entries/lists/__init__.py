"""Entry lists: settings, construction, files."""
