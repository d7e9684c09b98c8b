"""What a text itself tells to be secret, whatever its field is called: links to recordings, passwords and
keys in links, tokens.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote, unquote_plus

from callboard.ingest.sources.platforms.secret_names import SecretNames

CUT: Final = "[redacted]"
CUT_IN_LINK: Final = quote(CUT)
"""As links write it: in brackets there, a reader would take it for an address."""
LINKS_DEEP: Final = 3
"""How many links are looked into that are written in each other, as where to go on to."""
_SCHEME: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-"
_WORD: Final = re.compile(r"""[^\s"'<>]++""")
_ESCAPED: Final = "\\/"
"""A slash as some write it in JSON, seen where a text is cut off and no longer JSON."""
_TOKENS: Final = re.compile(
    r"(?<![\w-])eyJ[\w-]{5,}+\.[\w-]{5,}+(?:\.[\w-]*+){1,3}"  # JWT and JWE
    r"|(?<![A-Za-z0-9])cbh?_[\w-]{20,}+"  # our own, of an API token and of a hook's URL
)
_SCHEMES: Final = re.compile(
    r"\b((?i:bearer))(\s+)(?=[\w.~+/-]*\d)[\w.~+/-]{12,}+=*+"
    r"|\b((?i:basic))(\s+)(?=[a-z0-9+/]*[A-Z])(?=[A-Za-z+/]*\d)[A-Za-z0-9+/]{12,}+=*+"
)
_SIP_PASSWORD: Final = re.compile(r"(?<!\w)(sips?:[^\s:@;>?]{1,255}+):[^\s@>]{1,255}+@", re.IGNORECASE)
_MEDIA: Final = (
    "wav", "wave", "mp3", "mp4", "m4a", "m4b", "m3u", "m3u8", "mkv", "ogg", "oga", "opus", "flac", "webm",
    "aac", "amr", "gsm", "ulaw", "alaw", "sln", "aif", "aiff", "avi", "wma", "vtt", "srt", "pcap",
)  # fmt: skip
"""Files of sound, of a film, of its words, or of its packets. None of these ends the name of a host."""


def _files(endings: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\.({'|'.join(endings)})(\.(gz|zip|gpg|enc))?(?!\w)", re.IGNORECASE)


_FILE: Final = _files(_MEDIA)
_IN_PATH: Final = _files((*_MEDIA, "au", "mov", "ts"))
_OF_RECORDINGS: Final = re.compile(
    r"/(call[-_]?)?(recordings?|voice-?mails?|transcri(pt|ption)s?|monitor|media)(/|$|\.|\?)", re.IGNORECASE
)
_BEHIND_HOST: Final = re.compile(r"[/?#]")
_BEHIND_PATH: Final = re.compile(r"[?#]")
_BETWEEN_PAIRS: Final = re.compile(r"([?#&;])")
_IN_QUERIES: Final = re.compile(
    r"^(key|auth|pw|pwd|code|policy|sig|signature|hash|hmac|user|login)$|signature$"
)
"""Names that are secrets in the query of a link, where each is there to open it."""


def without_secrets(text: str, names: SecretNames, *, deep: int = LINKS_DEEP) -> str:
    """The text without them; the rest is as it was. Takes time in proportion to its length."""
    if "eyJ" in text or "cb_" in text or "cbh_" in text:
        text = _TOKENS.sub(CUT, text)
    if ":" in text and "@" in text and "sip" in text.lower():
        text = _SIP_PASSWORD.sub(rf"\1:{CUT_IN_LINK}@", text)
    if "." in text or ":" in text:
        text = _WORD.sub(lambda word: _word(word[0], names, deep), text)
    return _SCHEMES.sub(rf"\1\2\3\4{CUT}", text) if " " in text else text


def has_cut(text: str) -> bool:
    """Whether something was cut out of a text."""
    return CUT in text or CUT_IN_LINK in text


def _word(word: str, names: SecretNames, deep: int) -> str:
    head, sign, rest = word.replace(_ESCAPED, "/").partition("://")
    before = head.rstrip(_SCHEME)
    if sign and before != head:
        return _link(before, head[len(before) :], rest, word, names, deep)
    return CUT if "." in word and not has_cut(word) and _FILE.search(word) else word


def _link(before: str, scheme: str, rest: str, word: str, names: SecretNames, deep: int) -> str:
    authority = _BEHIND_HOST.split(rest, maxsplit=1)[0]
    behind = rest[len(authority) :]
    path = _BEHIND_PATH.split(behind, maxsplit=1)[0]
    if _IN_PATH.search(path) or _OF_RECORDINGS.search(path):
        return f"{before}{CUT}"
    kept = f"{CUT_IN_LINK}@{authority.rpartition('@')[2]}" if "@" in authority else authority
    asked = _asked(behind[len(path) :], names, deep)
    if (kept, asked) == (authority, behind[len(path) :]):
        return word
    return f"{before}{scheme}://{kept}{path}{asked}"


def _asked(query: str, names: SecretNames, deep: int) -> str:
    """The query and the fragment of a link, with their signs."""
    return "".join(_pair(part, names, deep) for part in _BETWEEN_PAIRS.split(query))


def _pair(part: str, names: SecretNames, deep: int) -> str:
    name, is_pair, value = part.partition("=")
    plain = unquote_plus(name)
    if not value or value == CUT_IN_LINK:
        return part
    if names[plain] or _IN_QUERIES.search(plain.lower()):
        return f"{name}={CUT_IN_LINK}"
    if not deep:
        return part
    inner = unquote(value)
    kept = without_secrets(inner, names, deep=deep - 1)
    return part if kept == inner else f"{name}{is_pair}{quote(kept, safe='')}"
