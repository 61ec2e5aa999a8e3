"""Report on a run: an HTML page for the browser and a table for the terminal."""

from crawl2clip.report.funnel import funnel_table
from crawl2clip.report.html import write_html

__all__ = ["funnel_table", "write_html"]
