"""Reduce URLs to a key that is equal for addresses which very likely give the same image.

Only for finding duplicates: the key need not be a working address. The rules, for a URL as
`absolute` returns it, so host in lower case, percent-encoded, no default port:

- http is https
- no fragment
- no parameter that tracks the visitor's origin: utm_*, fbclid, gclid, ... (`TRACKING`)
- no parameter by which image servers resize and compress: w, h, quality, ... (`RESIZING`)
- the other parameters stay, in their order, as does `www.`
"""

TRACKING = frozenset({
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "gclsrc", "msclkid", "yclid", "ysclid",
    "twclid", "ttclid", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "_hsenc",
    "_hsmi", "oly_anon_id", "oly_enc_id", "vero_id", "wickedid", "rb_clickid", "s_cid", "epik",
})  # fmt: skip
RESIZING = frozenset({
    "w", "h", "width", "height", "maxwidth", "maxheight", "max-w", "max-h", "resize", "size", "fit",
    "crop", "quality", "q", "auto", "format", "fm", "dpr", "scale", "zoom", "strip", "ssl",
    "sharp", "usm", "blur", "imwidth", "imheight", "impolicy", "downsize",
})  # fmt: skip


def canonical_url(url: str) -> str:
    """Return the key, which is itself such a URL, and its own key."""
    url = url.partition("#")[0]
    if url.startswith("http://"):
        url = f"https://{url[7:]}"
    address, mark, query = url.partition("?")
    if mark:
        kept = [part for part in query.split("&") if part and not _is_dropped(part)]
        query = "&".join(kept)
    address = _without_port(address)
    return f"{address}?{query}" if query else address


def _without_port(address: str) -> str:
    """Remove :443, which is a default port only since http became https."""
    host, slash, path = address.removeprefix("https://").partition("/")
    return f"https://{host.removesuffix(':443')}{slash}{path}"


def _is_dropped(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in RESIZING or name in TRACKING or name.startswith("utm_")
