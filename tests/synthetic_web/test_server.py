import http.client
import io
import socket
import threading
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from PIL import Image

from crawl2clip.synthetic_web import serving
from crawl2clip.synthetic_web.encoding import sha256

pytestmark = pytest.mark.usefixtures("web")


def test_a_good_picture_comes_with_the_bytes_of_the_truth(rows):
    row = _first(rows, lambda row: row["outcome"] == "ok" and not row["kind"])

    with urllib.request.urlopen(row["url"], timeout=5) as answer:
        data = answer.read()

    assert answer.headers["Content-Type"].startswith("image/")
    assert sha256(data) == row["sha256"]
    assert Image.open(io.BytesIO(data)).size == (row["width"], row["height"])


@pytest.mark.parametrize(("outcome", "code"), [("http_404", 404), ("http_500", 500)])
def test_dead_links_answer_with_their_status(rows, outcome, code):
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(_url(rows, outcome), timeout=5)

    assert error.value.code == code


def test_a_redirect_ends_at_the_picture_and_a_loop_never(rows):
    row = _first(rows, lambda row: row["outcome"] == "redirect")
    with urllib.request.urlopen(row["url"], timeout=5) as answer:
        assert sha256(answer.read()) == row["sha256"]
    assert answer.url != row["url"]

    with pytest.raises(urllib.error.HTTPError, match="infinite loop"):
        urllib.request.urlopen(_url(rows, "redirect_loop"), timeout=5)


def test_nothing_listens_where_a_connection_is_refused(rows):
    with pytest.raises(urllib.error.URLError) as error:
        urllib.request.urlopen(_url(rows, "refused"), timeout=5)

    assert isinstance(error.value.reason, ConnectionRefusedError)


def test_a_slow_answer_outlasts_a_client_and_holds_up_nobody_else(rows):
    slow, quick = _url(rows, "slow"), _url(rows, "ok")
    outcomes = []

    def wait() -> None:
        try:
            urllib.request.urlopen(slow, timeout=0.5)
        except TimeoutError:
            outcomes.append("timeout")

    waiting = threading.Thread(target=wait)
    waiting.start()
    begun = time.monotonic()
    urllib.request.urlopen(quick, timeout=5).read()
    assert time.monotonic() - begun < 0.5
    waiting.join()
    assert outcomes == ["timeout"]
    with urllib.request.urlopen(slow, timeout=10) as answer:
        assert answer.status == 200


def test_a_truncated_picture_ends_before_its_length_even_if_the_client_would_stay(rows):
    parts = urlsplit(_url(rows, "truncated"))
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=2)
    connection.request("GET", parts.path)

    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()


def test_content_types_lie_where_planted(rows):
    page = urllib.request.urlopen(_url(rows, "not_an_image"), timeout=5)
    text = urllib.request.urlopen(_of_kind(rows, "wrong_content_type"), timeout=5)

    assert page.headers["Content-Type"] == "text/html" and b"<title>" in page.read()
    assert text.headers["Content-Type"] == "text/plain"
    assert Image.open(io.BytesIO(text.read())).width >= 240


def test_harmful_pictures_are_as_large_as_they_claim(rows):
    large = urllib.request.urlopen(_url(rows, "oversized"), timeout=5).read()
    bomb = urllib.request.urlopen(_url(rows, "bomb"), timeout=5).read()

    assert len(large) >= 3_000_000
    assert len(bomb) < 100_000
    with pytest.raises(Image.DecompressionBombError):
        Image.open(io.BytesIO(bomb))


def test_opt_outs_stand_in_the_headers(rows):
    said = set()
    for row in rows:
        for signal in row["opt_out"] or ():
            if signal.startswith("image_header"):
                with urllib.request.urlopen(row["url"], timeout=5) as answer:
                    robots = answer.headers["X-Robots-Tag"]
                    tdm = "tdm-reservation" if answer.headers["tdm-reservation"] == "1" else None
                assert signal == f"image_header:{robots or tdm}"
                said.add(signal)
    assert len(said) == 3


def test_robots_txt_forbids_what_the_truth_says(rows):
    row = _first(rows, lambda row: "robots_txt" in (row["opt_out"] or ()))
    host = urlsplit(row["url"]).netloc

    with urllib.request.urlopen(f"http://{host}/robots.txt", timeout=5) as answer:
        assert b"Disallow: /private/" in answer.read()
    assert urlsplit(row["url"]).path.startswith("/private/")


def test_one_connection_takes_many_requests_also_for_what_is_not_there(rows):
    parts = urlsplit(_url(rows, "ok"))
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    for target, status in ((parts.path, 200), ("/nothing", 404), (parts.path, 200)):
        connection.request("GET", target)
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (status, status == 200)
    connection.request("HEAD", parts.path)
    answer = connection.getresponse()
    assert int(answer.headers["Content-Length"]) > 0 and answer.read() == b""
    connection.close()


def test_garbage_and_endless_requests_end_the_connection(rows):
    parts = urlsplit(_url(rows, "ok"))
    for sent in (b"\x00\xff\r\n\r\n", b" \r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000):
        with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
            try:
                connection.sendall(sent)
                while connection.recv(65536):
                    pass
            except ConnectionError:  # a hard end, for what was sent was never read
                continue


def test_only_the_hosts_of_the_sample_are_bound(rows):
    port = urlsplit(rows[0]["page_url"]).port
    for host in ("127.0.0.1", "127.0.0.8"):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, port), timeout=5)


def test_hundreds_of_requests_a_second(rows):
    parts = urlsplit(_url(rows, "ok"))
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    begun = time.monotonic()
    for _ in range(300):
        connection.request("GET", parts.path)
        connection.getresponse().read()
    connection.close()

    assert time.monotonic() - begun < 3, "300 of them, on a busy machine too"


def test_a_folder_without_a_sample_is_not_served(tmp_path):
    with pytest.raises(ValueError, match="holds no sample"), serving(tmp_path):
        pass


def test_a_second_server_on_the_port_is_refused(tiny):
    with pytest.raises(OSError, match="cannot serve the sample on"), serving(tiny):
        pass


def _first(rows, wanted):
    return next(row for row in rows if wanted(row))


def _url(rows, outcome: str) -> str:
    return _first(rows, lambda row: row["outcome"] == outcome)["url"]


def _of_kind(rows, kind: str) -> str:
    return _first(rows, lambda row: kind in row["kind"])["url"]
