"""Settings as data: name, default, unit, bounds and help of each in one place.

`read_settings` is the only function that reads flags, environment and file. It is called once, at the start;
an invalid value fails there, with the name of the setting and the rule.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from callboard.errors import SettingsError

ENV_PREFIX = "CALLBOARD_"
IMPORT_QUERY_MS = 120_000
"""How long all that one question of an import asks of the store may take."""
_PUBLIC_URL = re.compile(
    r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*"
)
_PREFIX = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


def _setting(
    default: Any,
    unit: str,
    meaning: str,
    low: int | None = None,
    high: int | None = None,
    *,
    secret: bool = False,
) -> Any:
    about = {"unit": unit, "help": meaning, "low": low, "high": high, "secret": secret}
    return field(default=default, metadata=about, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of one process."""

    db: str = _setting(
        "callboard.db",
        "path or URL",
        "Where the store is: a file path, sqlite:///path or postgresql://user@host/database.",
    )
    host: str = _setting("127.0.0.1", "address", "Address to listen on.")
    port: int = _setting(8321, "TCP port", "Port to listen on; 0 takes any free one.", 0, 65535)
    workers: int = _setting(1, "processes", "Worker processes that serve the same store.", 1, 64)
    max_body_bytes: int = _setting(
        16 * 1024 * 1024, "bytes", "Largest request body as sent; larger ones are 413.", 1024, 1 << 30
    )
    max_decoded_bytes: int = _setting(
        64 * 1024 * 1024,
        "bytes",
        "Largest request body once decompressed; larger ones are 413.",
        1024,
        1 << 32,
    )
    body_room_bytes: int = _setting(
        128 * 1024 * 1024,
        "bytes",
        "Most bytes of request bodies held at once, per worker (one organization holds at most half); "
        "at the bound 503.",
        1024,
        1 << 34,
    )
    max_events: int = _setting(50_000, "events", "Most events in one request; more are 413.", 1, 1_000_000)
    queue_events: int = _setting(
        200_000, "events", "Most events waiting to be written, per worker; at the bound 503.", 1, 10_000_000
    )
    queue_bytes: int = _setting(
        128 * 1024 * 1024,
        "bytes",
        "Most bytes of events waiting to be written, per worker; at the bound 503.",
        1024,
        1 << 34,
    )
    commit_events: int = _setting(
        5_000,
        "events",
        "Most events that share one commit (a larger request goes whole, in its turn).",
        1,
        1_000_000,
    )
    lock_timeout_ms: int = _setting(
        5_000, "ms", "Longest wait for another process's write to finish; then 503.", 10, 600_000
    )
    commit_timeout_ms: int = _setting(
        10_000,
        "ms",
        "Longest a commit may take before its requests are answered 503 and its writer is replaced; "
        "and 1 ms more for each event of it.",
        100,
        600_000,
    )
    query_timeout_ms: int = _setting(
        5_000, "ms", "Longest all that one question asks of the store may take; then 503.", 10, 600_000
    )
    readers: int = _setting(
        4, "threads", "Threads that answer questions, per worker, shared between organizations.", 1, 64
    )
    cache_mib: int = _setting(48, "MiB", "Page cache of the writing connection.", 1, 16_384)
    failed_auth_per_minute: int = _setting(
        60,
        "failures a minute",
        "Unknown tokens and handles accepted from one address (and of one token); beyond it 429.",
        1,
        1_000_000,
    )
    trust_forwarded_for: bool = _setting(
        False, "yes/no", "Take the caller's address from X-Forwarded-For (only behind your own proxy)."
    )
    path_prefix: str = _setting(
        "",
        "URL path",
        "Path that a reverse proxy serves Callboard under, as /callboard; it may take it off or leave it.",
    )
    public_url: str = _setting(
        "",
        "URL",
        "Where platforms reach Callboard from outside, as https://calls.example.com: their signatures are "
        "checked against it. Left out: what each request says.",
    )
    secret_key: str = _setting(
        "",
        "keys",
        "Encrypts the secrets of hooks: one key, or several with spaces between them, the newest first.",
        secret=True,
    )
    secret_key_file: str = _setting(
        "",
        "path",
        "A file of such keys, one a line. Left out: DB.key beside a store that is a file, made when needed.",
    )
    api_urls: str = _setting(
        "",
        "URLs",
        "Where hooks may say that the list API of their platform is (api_url), beside its usual place: URLs "
        "with spaces between them.",
    )
    reconcile_every: int = _setting(
        900,
        "s",
        "How often calls whose end never came are looked for, as callboard reconcile does; 0: never.",
        0,
        604_800,
    )
    give_up_after: int = _setting(
        0,
        "s",
        "Calls that are past their limit, and of which nothing was told for this long, are given up then: "
        "they failed, by a time-out; 0: never.",
        0,
        31_536_000,
    )
    conceal_organizations: bool = _setting(
        False, "yes/no", "Answer 403 for unknown organization handles too, so that none can be guessed."
    )
    stream_subscribers: int = _setting(
        2_000,
        "streams",
        "Most streams of numbers open at once, per worker (one organization holds at most half); "
        "beyond it 503.",
        2,
        1_000_000,
    )
    stream_seconds: int = _setting(
        3_600,
        "s",
        "Longest a stream of numbers lasts; then it ends, and the client connects again.",
        1,
        604_800,
    )
    exports: int = _setting(
        8,
        "exports",
        "Most exports under way at once, per worker (one organization holds at most half); beyond it 503.",
        1,
        1_000,
    )
    accept_weak_durability: bool = _setting(
        False,
        "yes/no",
        "Serve a database although a crash of its machine may take what was acknowledged: fsync, "
        "full_page_writes or synchronous_commit is off there.",
    )
    log_level: str = _setting("info", "debug, info, warning or error", "How much to log, on stderr.")

    @property
    def db_shown(self) -> str:
        """`db` as it may be shown or logged: without a password, wherever in the URL it is written."""
        return shown_url(self.db) if is_postgres(self.db) else self.db

    @property
    def for_imports(self) -> Settings:
        """With more time for what an import asks of the store. It reads back what it compares, for millions
        of rows; nobody waits on the network for the answer, and given up half-way it would be worth nothing.
        """
        return replace(self, query_timeout_ms=max(self.query_timeout_ms, IMPORT_QUERY_MS))

    @property
    def in_file(self) -> bool:
        """Whether the store is a file (SQLite)."""
        return not is_postgres(self.db)

    @property
    def sqlite_path(self) -> str:
        """The path of the store's file. Raises `SettingsError` if `db` names none."""
        return sqlite_path(self.db)


_SHOWN_USER = re.compile(r"[A-Za-z0-9._~%-]+")
_SHOWN_HOSTS = re.compile(r"(?:[A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")
_SHOWN_DATABASE = re.compile(r"[A-Za-z0-9._~%-]*")


def shown_url(url: str) -> str:
    """A PostgreSQL URL reduced to what is known to be no secret: user, hosts, ports, database.

    libpq takes passwords in several places of a URL, escaped or not
    (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS), so cutting passwords
    out could miss one. Instead the parts that have the expected form are kept, and all else is dropped.
    """
    scheme, _, rest = url.partition("://")
    # The last `@`: a password may contain one that is not escaped.
    authority, _, where = rest.rpartition("@")
    user = authority.partition(":")[0]
    hosts, _, database = re.split("[?#]", where, maxsplit=1)[0].partition("/")
    if not all(_SHOWN_HOSTS.fullmatch(host) for host in hosts.split(",")):
        return f"{scheme}://…"
    shown = f"{scheme}://{user}@{hosts}" if _SHOWN_USER.fullmatch(user) else f"{scheme}://{hosts}"
    return f"{shown}/{database}" if database and _SHOWN_DATABASE.fullmatch(database) else shown


# A libpq connection string of keywords, `host=… password=…`, where a path or URL was expected.
_KEYWORDS = re.compile(r"(?i)(^|\s)(host|hostaddr|port|dbname|user|password|passfile|service)\s*=")


def is_postgres(db: str) -> bool:
    """Whether this names a PostgreSQL database."""
    return db.startswith(("postgresql://", "postgres://"))


def sqlite_path(db: str) -> str:
    """The file that a path or a URL names: `sqlite:///relative.db`, `sqlite:////absolute.db`. Raises
    `SettingsError` for anything else.
    """
    if db.startswith("sqlite:///"):
        return db.removeprefix("sqlite:///")
    if "://" in db:
        scheme = db.split("://", maxsplit=1)[0]
        raise SettingsError(
            f"db: {scheme}:// is not a store this version has; use a file path, sqlite:///path "
            "or postgresql://user@host/database"
        )
    if re.match(r"(?i)postgres\w*[+\w]*:", db):
        # A PostgreSQL URL with a slash missing. As a file name it would be shown, password included.
        raise SettingsError("db: not a PostgreSQL URL; write postgresql://user@host/database")
    if not db:
        raise SettingsError("db: an empty path; name a file")
    if _KEYWORDS.search(db):
        # As above: as a file name it would be shown, password included.
        raise SettingsError(
            "db: keywords and values (host=… dbname=…) are not taken; write postgresql://user@host/database"
        )
    return db


def read_settings(
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    file: str | None = None,
) -> Settings:
    """Settings from flags, else `CALLBOARD_…` variables, else a TOML file, else the defaults.

    Flags that are None are not given. Raises `SettingsError` with the name of the setting and the rule.
    """
    stated: dict[str, Any] = dict(_from_file(file))
    known = {each.name: each for each in fields(Settings)}
    if unknown := sorted(set(stated) - set(known)):
        raise SettingsError(f"{unknown[0]}: no setting of that name in {file}")
    for name in known:
        if (text := (environment or {}).get(ENV_PREFIX + name.upper())) is not None:
            stated[name] = text
    stated.update({name: value for name, value in (flags or {}).items() if value is not None})
    settings = Settings(**{name: _value(known[name], value) for name, value in stated.items()})
    if settings.in_file:
        settings.sqlite_path  # noqa: B018 - evaluated so that an invalid URL fails here, at the start
    settings = replace(
        settings, path_prefix=_prefix(settings.path_prefix), public_url=_public_url(settings.public_url)
    )
    if settings.log_level not in ("debug", "info", "warning", "error"):
        raise SettingsError(f"log_level: {settings.log_level!r} is none of debug, info, warning, error")
    return settings


def _prefix(path: str) -> str:
    """The prefix without a trailing slash. Raises `SettingsError` if it is no plain path."""
    path = path.rstrip("/")
    if path and not _PREFIX.fullmatch(path):
        raise SettingsError(f"path_prefix: {path!r} is no plain path; write it like /callboard")
    # A proxy may or may not remove the prefix. With one that begins like a path of ours it could not be told
    # whether a path still has it.
    if path.split("/")[1:2] in (["api"], ["session"], ["hooks"]):
        raise SettingsError(f"path_prefix: {path!r} begins like a path of Callboard itself; take another")
    return path


def _public_url(url: str) -> str:
    """The URL without a trailing slash. Raises `SettingsError` if it is no plain URL of HTTP."""
    url = url.rstrip("/")
    if url and not _PUBLIC_URL.fullmatch(url):
        raise SettingsError(
            f"public_url: {url!r} is no plain URL; write it like https://calls.example.com or "
            "https://example.com/callboard"
        )
    return url


def _from_file(path: str | None) -> Mapping[str, Any]:
    if path is None:
        return {}
    try:
        with Path(path).open("rb") as source:
            return tomllib.load(source)
    except OSError as error:
        raise SettingsError(f"settings file {path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"settings file {path}: {error}") from error


def _value(setting: Field[Any], value: Any) -> Any:
    """A value from any source, as the type of the setting's default: variables and flags are texts."""
    kind = type(setting.default) if setting.default is not MISSING else str
    if kind is bool and not isinstance(value, bool):
        words = {
            "1": True,
            "true": True,
            "yes": True,
            "on": True,
            "0": False,
            "false": False,
            "no": False,
            "off": False,
        }
        if str(value).strip().lower() not in words:
            raise SettingsError(f"{setting.name}: {value!r} is neither yes nor no")
        return words[str(value).strip().lower()]
    if kind is int:
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise SettingsError(
                f"{setting.name}: {value!r} is not a whole number ({setting.metadata['unit']})"
            ) from None
        low, high = setting.metadata["low"], setting.metadata["high"]
        if not low <= number <= high:
            raise SettingsError(
                f"{setting.name}: {number} is not between {low} and {high} {setting.metadata['unit']}"
            )
        return number
    return value if kind is bool else str(value)
