"""Lists of archives: one path a line, as Common Crawl publishes them."""

import posixpath


def paths_in(text: str) -> list[str]:
    """The paths as the list writes them; '#' starts a comment."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def whole(folder: str, path: str) -> str:
    """The path, which starts at `folder` if it is relative."""
    if "://" in path or path.startswith("/"):
        return path
    joined = f"{folder.rstrip('/')}/{path}"
    return joined if "://" in joined else posixpath.normpath(joined)
