import socket
import ssl
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected

import pytest

from crawl2clip.fetch.problems import KINDS, of_error, of_message, of_status


def test_a_status_is_a_kind_of_its_own_if_there_is_such_a_status() -> None:
    assert str(of_status(404, "Not Found")) == "http 404: 404 Not Found"
    assert str(of_status(999, "No\r\n Robots")) == "http error: 999 No Robots"
    assert of_status(503, "").transient
    assert not of_status(404, "").transient


@pytest.mark.parametrize(
    ("error", "kind", "transient"),
    [
        (TimeoutError("timed out"), "timeout", True),
        (socket.gaierror(socket.EAI_NONAME, "Name unknown"), "dns failure", False),
        (socket.gaierror(socket.EAI_AGAIN, "Try again"), "dns failure", True),
        (ssl.SSLCertVerificationError("expired"), "tls failure", False),
        (ConnectionRefusedError(111, "refused"), "connection failed", True),
        (RemoteDisconnected("gone"), "connection failed", True),
        (IncompleteRead(b"", 3), "truncated", True),
        (BadStatusLine("GIF89a"), "bad response", False),
        (UnicodeError("label too long"), "bad url", False),
    ],
)
def test_errors_become_kinds(error: Exception, kind: str, transient: bool) -> None:
    found = of_error(error)

    assert (found.kind, found.transient) == (kind, transient)
    assert str(found).startswith(f"{kind}: ")


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("http 404: 404 Not Found", "http 404"),
        ("image too small", "image too small"),
        ("aspect ratio too large", "aspect ratio too large"),
        ("Image decoding error", "not an image"),
        ("OpenCV(4.14.0) /x.cpp:13: error: (-215) !buf.empty() in function 'f'\n", "not an image"),
        ("unknown url type: 'evil.test:80'", "unexpected error"),
        ("evil.test: boo", "unexpected error"),
        ("", "unexpected error"),
    ],
)
def test_every_message_has_a_kind_of_the_list(message: str, kind: str) -> None:
    assert kind in KINDS
    assert of_message(message).partition(":")[0] == kind


def test_details_are_one_short_line() -> None:
    assert of_message("x\n y" + "z" * 1000) == "unexpected error: x y" + "z" * 197


def test_a_server_cannot_steer_the_terminal_of_who_reads_its_problem() -> None:
    told = str(of_status(404, "\x1b[2J\x1b]0;x\x07\x9b31m\u202eok"))

    assert told == r"http 404: 404 \x1b[2J\x1b]0;x\x07\x9b31m\u202eok"
    assert of_message("http 404: \x1b[31mred") == r"http 404: \x1b[31mred"
    assert of_message("\x1b[31mred") == r"unexpected error: \x1b[31mred"
    assert len(str(of_status(404, "\x1b" * 60_000))) < 220
