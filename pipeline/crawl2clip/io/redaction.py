"""Remove secrets from addresses and messages: users, passwords, tokens and signatures.

A run reads by the whole address. Whatever it stores, shows, logs and compares passes through here
first.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import unquote

T = TypeVar("T")
U = TypeVar("U")

# fmt: off
# Query parameters that are a signature, a key or a token wherever they stand, in lower case.
SIGNING = frozenset({
    "signature", "sig", "sign", "hmac", "x-signature", "x-expires", "verify",
    "awsaccesskeyid", "googleaccessid", "ossaccesskeyid", "accesskeyid", "key-pair-id",
    "security-token", "securitytoken", "session_token", "session-token",
    "q-ak", "q-key-time", "q-header-list", "q-url-param-list", "q-signature",  # Tencent
    "hdnea", "hdnts", "hdntl", "__token__", "__gda__",  # Akamai
    "token", "bcdn_token", "auth_key",  # Fastly, Bunny, Alibaba's CDN
    "access_token", "accesstoken", "access-token", "auth_token", "authtoken", "id_token",
    "refresh_token", "private_token", "private-token", "bearer", "jwt", "sas", "sastoken",
    "authorization", "api_key", "apikey", "api-key", "x-api-key", "subscription-key",
    "client_secret", "secret", "secret_key", "password", "passwd", "pwd", "credential",
    "credentials",
})
# Parameters that sign sources, but in the addresses of images may choose the picture.
SIGNING_SOURCES = SIGNING | {
    "key", "auth", "pass", "code", "ticket", "otp", "user", "username", "login",
    "session", "sessionid", "session_id", "sid", "phpsessid", "jsessionid",
}
# Amazon, Google, Alibaba, Huawei, ByteDance, Tencent, Baidu; all parameters that start so.
PREFIXES = ("x-amz-", "x-goog-", "x-oss-", "x-obs-", "x-tos-", "x-cos-", "x-bce-", "q-sign-")
# They start so, and say what the picture shall look like.
_NO_SIGNATURE = frozenset({"x-oss-process", "x-tos-process"})

_AZURE = frozenset({
    "sv", "se", "sr", "sp", "st", "spr", "sip", "si", "ss", "srt", "sdd", "ses", "scid", "saoid",
    "suoid", "skoid", "sktid", "skt", "ske", "sks", "skv",
})
# Where all of the first are there, they and those of the second go: alone they mean other things.
TOGETHER: tuple[tuple[Set[str], Set[str]], ...] = (
    ({"sig"}, _AZURE | {"expires"}),
    ({"signature"}, {"expires", "policy", "hash-algorithm"}),  # S3, GCS, Alibaba, CloudFront
    ({"key-pair-id"}, {"expires", "policy"}),
    ({"token"}, {"expires", "exp", "token_path", "token_countries"}),
    ({"sign"}, {"expires", "t", "ts", "timestamp"}),
    ({"md5", "expires"}, set()),  # nginx's secure_link
    ({"st", "e"}, set()),
    ({"ex", "is", "hm"}, set()),  # Discord
    ({"oh", "oe"}, set()),  # Meta
    ({"e", "v", "t"}, set()),  # LinkedIn
    ({"s", "expires"}, set()),  # imgix
)
# fmt: on

_ENCODED = "%(?:25)*"  # as often as it was encoded
_START = rf"[?#]|{_ENCODED}(?:3[Ff]|23)"
_NEXT = rf"&amp;|&|\\u0026|{_ENCODED}26|;(?=[\w.~%-]+=)"
_BETWEEN = re.compile(f"({_START}|{_NEXT})")
_STARTS = re.compile(_START)
_EQUALS = re.compile(rf"=|\\u003d|{_ENCODED}3[Dd]")
_IN_PATHS = re.compile(r"/(?:hdnea|hdnts|hdntl|__token__|bcdn_token)=[^/?#\s]*", re.IGNORECASE)
_HEX = re.compile("[0-9a-f]{32,}", re.IGNORECASE)

# Before the @ stands a container, not a user.
_CONTAINERS = frozenset({"abfs", "abfss", "wasb", "wasbs"})
_SCHEME = r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?:\\?/){2}"
# A password with a slash in it is written wrongly, and is one all the same. What follows a colon
# and is no port tells.
_ODD_USER = r"(?:[^/@\s\[:?#]*:(?!\d{0,5}(?:[/?#\s:]|$))[^\s@]{0,500}@)"
_BUCKETS = r"(?:(?:(?<=s3://)|(?<=s3a://)|(?<=s3n://)|(?<=gs://))[^/@\s:]*:[^@\s]{0,500}@)"
_USER = re.compile(rf"{_SCHEME}(?P<user>{_BUCKETS}|[^/?#]*@|{_ODD_USER})")
_USER_IN_TEXT = re.compile(rf"{_SCHEME}(?P<user>{_BUCKETS}|[^\s/?#\"<>]*@|{_ODD_USER})")
_ENCODED_USER = re.compile(
    rf"(?P<scheme>{_ENCODED}3[Aa](?:{_ENCODED}2[Ff]){{2}})"
    rf"(?P<user>(?:(?!{_ENCODED}(?:2[Ff]|3[Ff]|40))[^\s/?#\"<>&]){{0,500}}{_ENCODED}40)"
)
_BARE_USER = re.compile(r"(?<![\w/@.])[^\s:/@'\"]{1,200}:[^\s/@'\"]{1,200}@(?=[\w\[])")
# A link as a page writes it: browsers take backslashes for slashes, and drop tabs and line ends.
# Without a scheme that is known, `user:password@host` is one that somebody has forgotten.
_LINK_USER = re.compile(
    r"(?P<before>[\x00-\x20]*(?:[a-z][a-z0-9+.-]*:[/\\]{2,}|https?:[/\\]*|[/\\]{2,}))"
    r"(?:[^/\\?#]*(?:@|%40)|[^/\\?#:\[]*:(?!\d{0,5}(?:[/\\?#]|$))[^@]*@)"
    r"|(?!(?:https?|mailto|cid|sips?|xmpp|data|javascript):)[a-z][\w.+-]*:[^/\\?#]*@",
    re.IGNORECASE,
)
_DROPPED_BY_BROWSERS = str.maketrans("", "", "\t\r\n")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.:-]*://\S*")
# A run of letters that may be an address, or the part of one that holds its parameters.
_MAY_SIGN = re.compile(r"[^\s\"'<>`]*[=%][^\s\"'<>`]*")

# Spark redacts its plans and logs by this regular expression: it matches more parameters, but is
# short, since each event of its logs repeats it.
JAVA_PATTERN = (
    r"(?i)(?<=://)[^/\s?#@]*@"
    r"|(?<=[?&;])[\w.%-]*(?:amz|goog|sig|key|token|secret|pass|pwd|auth|cred|hdn|hmac|jwt|policy"
    r"|expires|sess)[\w.%-]*=[^&\s,\])}\"']*"
)


def without_secrets(address: str) -> str:
    """Return the address, glob or list of addresses without user, password and signatures."""
    return without_signatures(_USER.sub(_without_user, address), SIGNING_SOURCES)


def without_signatures(url: str, names: Set[str] = SIGNING) -> str:
    """Return the URL without the parameters that sign it; all others stay in their order.

    Parameters of a URL within the URL are removed too. names: those that are always removed.
    """
    if "=" not in url and "%" not in url:
        return url
    head, *rest = _BETWEEN.split(_IN_PATHS.sub("", url))
    if not rest:
        return head
    marks, parts = rest[::2], rest[1::2]
    found = [_name(part) for part in parts]
    drop = _dropped(set(found), names)
    if not drop:
        return head + "".join(rest)
    return head + _joined(marks, parts, [name in drop for name in found])


def redacted(text: str) -> str:
    """Return a message without the secrets of its addresses, however they were encoded or cut."""
    if "@" in text or "40" in text:
        text = _USER_IN_TEXT.sub(_without_user, text)
        text = _ENCODED_USER.sub(r"\g<scheme>", text)
        text = _BARE_USER.sub("", text)
    if "=" in text or "%" in text:
        text = _MAY_SIGN.sub(lambda found: without_signatures(found[0], SIGNING_SOURCES), text)
    return text


def public(value: Any) -> Any:
    """Return settings, nested or not, in a form that may be stored: no string holds a secret.

    What is left of an address names the file. Other strings, such as conditions, may differ by the
    secret alone, with unknown effect: they are stored with a digest.
    """
    if isinstance(value, str):
        return _public_text(value)
    if isinstance(value, Mapping):
        return {public(name): public(each) for name, each in value.items()}
    return type(value)(map(public, value)) if isinstance(value, (list, tuple)) else value


def _public_text(text: str) -> str:
    if _ADDRESS.fullmatch(text):
        return without_secrets(text)
    shown = redacted(text)
    if shown == text:
        return text
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return f"{shown} [{digest}]"


def link_without_user(link: str) -> str:
    """Return a link as the page writes it, without user and password; paths stay."""
    if "@" not in link and "%40" not in link:
        return link
    for written in (link, link.translate(_DROPPED_BY_BROWSERS)):
        if found := _LINK_USER.match(written):
            return (found["before"] or "") + written[found.end() :]
    return link


def clean(error: BaseException) -> BaseException:
    """Return the error with secrets removed from its text and causes; another one if that fails.

    Workers and commands let out no error that has not been here: Spark writes them to its logs.
    """
    chain = _chain(error)
    for each in chain:
        _mend(each)
    if all(str(each) == redacted(str(each)) for each in chain):
        return error
    other = RuntimeError(redacted(f"{type(error).__name__}: {error}"))
    return other.with_traceback(error.__traceback__)


@contextmanager
def clean_errors() -> Iterator[None]:
    """Remove secrets from whatever is raised inside."""
    try:
        yield
    except Exception as error:
        mended = clean(error)
        if mended is error:
            raise
        raise mended from None


def guarded(work: Callable[[T], Iterator[U]]) -> Callable[[T], Iterator[U]]:
    """Wrap the work of a worker so that its errors hold no secret."""

    @wraps(work, assigned=())
    def guard(batches: T) -> Iterator[U]:
        with clean_errors():
            yield from work(batches)

    return guard


def _without_user(found: re.Match[str]) -> str:
    before = found[0][: found.start("user") - found.start()]
    if found["scheme"].lower() in _CONTAINERS:
        return f"{before}{found['user'].partition(':')[0].rstrip('@')}@"
    return before


def _name(part: str) -> str:
    """Return a parameter's name, or '' for none; an `s` counts only if it may be a signature."""
    pair = _EQUALS.split(part, maxsplit=1)
    if len(pair) < 2:
        return ""
    name = pair[0].strip().lower()
    if "%" in name:
        name = unquote(unquote(name)).strip().lower()
    return "" if name == "s" and not _HEX.match(pair[1]) else name


def _dropped(found: Set[str], names: Set[str]) -> Set[str]:
    drop = {name for name in found if _signs(name, names)}
    for needed, along in TOGETHER:
        if needed <= found:
            drop |= needed | (along & found)
    return drop


def _signs(name: str, names: Set[str]) -> bool:
    return name in names or (name.startswith(PREFIXES) and name not in _NO_SIGNATURE)


def _joined(marks: list[str], parts: list[str], drop: list[bool]) -> str:
    """Join the parts that stay; the first one left after a '?' takes the place of the first."""
    kept: list[str] = []
    gap = ""
    for mark, part, is_dropped in zip(marks, parts, drop, strict=True):
        is_next = gap and not _STARTS.fullmatch(mark) and (gap[0] == "%") == (mark[0] == "%")
        if is_dropped:
            gap = gap if is_next else mark
        else:
            kept += [gap if is_next else mark, part]
            gap = ""
    return "".join(kept)


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error, its causes, and errors among its arguments; each once."""
    found: dict[int, BaseException] = {}
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop()
        if isinstance(each, BaseException) and id(each) not in found:
            found[id(each)] = each
            waiting += [each.__cause__, each.__context__, *each.args]
            waiting += getattr(each, "exceptions", ())  # of a group
    return list(found.values())


def _mend(error: BaseException) -> None:
    error.args = tuple(redacted(arg) if isinstance(arg, str) else arg for arg in error.args)
    for name in ("filename", "filename2", "strerror", "msg", "message", "url"):
        value = getattr(error, name, None)
        if isinstance(value, str) and redacted(value) != value:
            _set(error, name, redacted(value))
    if notes := getattr(error, "__notes__", None):
        error.__notes__ = [redacted(note) for note in notes]


def _set(error: BaseException, name: str, value: str) -> None:
    try:
        setattr(error, name, value)
    except AttributeError:  # some errors have properties; `clean` looks at what they say
        return
