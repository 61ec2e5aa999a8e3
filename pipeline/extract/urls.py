"""Links on a page -> absolute addresses, by the rules of browsers (WHATWG)."""

import ada_url


def base_url(page_url: str, base_href: str | None) -> str | None:
    """What the page's links are relative to; None if its own address is none."""
    try:
        page = ada_url.normalize_url(page_url)
    except ValueError:
        return None
    try:
        return ada_url.join_url(page, base_href) if base_href else page
    except ValueError:  # browsers, too, go on as if there were no <base>
        return page


def absolute(link: str, base: str | None) -> str:
    """The address the link leads to, percent-encoded, host in lower case.

    Raises ValueError if it leads nowhere, or not to http or https.
    """
    url = ada_url.join_url(base, link) if base else ada_url.normalize_url(link)
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"not http: {url[:20]}")
    return url
