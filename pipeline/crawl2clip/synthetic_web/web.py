"""Build the folder `web/`: the server's responses, one JSON line each, and their bodies."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

ANSWERS = "answers.jsonl"
Headers = tuple[tuple[str, str], ...]
# The sample's time starts on a fixed day, so that equal settings give equal bytes.
_START = datetime(2026, 1, 5, tzinfo=UTC)


def moment(second: int) -> datetime:
    """Return the time that many seconds into the crawl."""
    return _START + timedelta(seconds=second)


def warc_date(second: int) -> str:
    """Return the time that many seconds into the crawl as a WARC-Date."""
    return moment(second).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Answer:
    """Represents the response of a host to a request.

    target: path and query as they stand in the request. body: file in `web/`, '' for none; its
    bytes go over the wire as they are, so a file may hold less than Content-Length promises, or
    chunks. delay_seconds: how long the host waits before it responds.
    """

    host: str
    target: str
    status: int
    headers: Headers
    body: str
    delay_seconds: float = 0.0


class Web:
    """Collects responses. Two for one address are a bug, and raise ValueError."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.answers: dict[tuple[str, str], Answer] = {}
        folder.mkdir(parents=True)

    def url(self, host: str, target: str) -> str:
        return f"http://{host}:{self.port}{target}"

    def put(
        self,
        host: str,
        target: str,
        body: tuple[str, bytes] | str,
        content_type: str,
        status: int = 200,
        headers: Headers = (),
        delay_seconds: float = 0.0,
    ) -> str:
        """Respond with a new body file, given as (name, bytes), or with an existing one.

        Returns the URL. `headers` come after the usual ones and replace those of the same name.
        """
        name = body if isinstance(body, str) else self._write(*body)
        length = (self.folder / name).stat().st_size if name else 0
        usual = {
            "Date": format_datetime(moment(0), usegmt=True),
            "Server": "crawl2clip-sample",
            "Content-Type": content_type,
            "Content-Length": str(length),
        }
        if any(header == "Transfer-Encoding" for header, _ in headers):
            del usual["Content-Length"]
        answer = Answer(
            host, target, status, tuple((usual | dict(headers)).items()), name, delay_seconds
        )
        if (host, target) in self.answers:
            raise ValueError(f"two answers for {self.url(host, target)}")
        self.answers[host, target] = answer
        return self.url(host, target)

    def body(self, host: str, target: str) -> bytes:
        """Return the bytes stored at that address."""
        return (self.folder / self.answers[host, target].body).read_bytes()

    def save(self) -> None:
        """Write the table of responses; the server reads nothing else."""
        lines = [json.dumps(asdict(self.answers[key])) for key in sorted(self.answers)]
        (self.folder / ANSWERS).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _write(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return name


def answers(folder: Path) -> list[Answer]:
    """Return the responses saved in `folder`."""
    lines = (folder / ANSWERS).read_text(encoding="utf-8").splitlines()
    return [_answer(**json.loads(line)) for line in lines]


def _answer(headers: list[list[str]], **rest: object) -> Answer:
    pairs = tuple((name, value) for name, value in headers)
    return Answer(headers=pairs, **rest)  # type: ignore[arg-type]  # written by Web.save
