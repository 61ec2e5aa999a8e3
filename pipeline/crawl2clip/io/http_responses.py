"""Request a file from a web server, and interpret the response."""

import errno
import re
from typing import Any, NamedTuple, NoReturn

import requests
import urllib3

from crawl2clip.io.redaction import redacted, without_secrets
from crawl2clip.io.retry import TransientError, retry_after_seconds, with_retries

# To connect, and for a server to send anything at all.
TIMEOUT_SECONDS = (15, 60)

# More digits are no size of a file, nor a number to seek to.
_SIZE = re.compile(r"\d{1,18}", re.ASCII)
_GONE = (404, 410)
_REFUSED = (401, 403)
_LATER = (408, 425, 429)
_NO_HEAD = (405, 501, *_REFUSED)  # addresses that are signed for GET refuse HEAD


class Version(NamedTuple):
    """Identifies one state of a file; a field is None if the server doesn't tell it."""

    etag: str | None
    modified: str | None
    size: int | None

    def differs(self, other: "Version") -> bool:
        """Return whether any field that both of them know differs."""
        known = zip(self, other, strict=True)
        return any(a != b for a, b in known if a is not None and b is not None)

    def if_range(self) -> dict[str, str]:
        """Return the header that requests the whole file if it has changed."""
        is_strong = self.etag is not None and not self.etag.startswith("W/")
        value = self.etag if is_strong else self.modified
        return {"If-Range": value} if value else {}


def info(url: str) -> dict[str, Any] | None:
    """Describe the file with the keys that fsspec uses, or return None if there is none."""
    with requests.Session() as session:
        try:
            found = with_retries(lambda: answered(session, "HEAD", url, {}), url)
        except FileNotFoundError:
            return None
    if found.status_code in _NO_HEAD:
        return {"type": "file", "size": None}
    seen = version_of(found)
    return {"type": "file", "size": seen.size, "etag": seen.etag, "modified": seen.modified}


def answered(
    session: requests.Session, method: str, url: str, headers: dict[str, str]
) -> requests.Response:
    """Return a response with status 200, 206 or 416, or one that refuses HEAD."""
    headers = {"Accept-Encoding": "identity", "User-Agent": "crawl2clip", **headers}
    try:
        answer = session.request(
            method, url, headers=headers, stream=True, timeout=TIMEOUT_SECONDS, allow_redirects=True
        )
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
        message = redacted(str(error))
        raise FileNotFoundError(errno.ENOENT, message, without_secrets(url)) from error
    except (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as error:
        raise TransientError(error) from error
    status = answer.status_code
    if status in (200, 206, 416) or (method == "HEAD" and status in _NO_HEAD):
        return answer
    answer.close()
    _refuse(answer, url)


def _refuse(answer: requests.Response, url: str) -> NoReturn:
    status, message = answer.status_code, f"the server says {answer.status_code} {answer.reason}"
    message, url = redacted(message), without_secrets(url)
    if status in _GONE:
        raise FileNotFoundError(errno.ENOENT, message, url)
    if status in _REFUSED:
        raise PermissionError(errno.EACCES, message, url)
    if status in _LATER or status >= 500:
        raise TransientError(message, retry_after_seconds(answer.headers.get("Retry-After")))
    raise OSError(errno.EIO, message, url)


def version_of(answer: requests.Response) -> Version:
    """Return the version of the file in a response; a partial one tells the size of the whole."""
    headers = answer.headers
    etag, modified = headers.get("ETag"), headers.get("Last-Modified")
    if answer.status_code == 200:
        size = headers.get("Content-Length", "")
    else:
        size = headers.get("Content-Range", "").rpartition("/")[2]
    if answer.status_code == 416 and not size:  # nothing from byte 0 on: it is empty
        size = "0"
    return Version(etag, modified, int(size) if _SIZE.fullmatch(size) else None)
