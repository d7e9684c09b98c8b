"""Which fields of a delivery are not kept: told by their names, however a platform spells them, and where a
name leaves it open, by the form of the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from callboard.ingest.sources.platforms.key_shapes import looks_like_a_key

Path = tuple[str, ...]
"""Names of fields and places in lists, from the outside in."""
ANY_PLACE: Final = "*"
_NO_LETTER = re.compile(r"[\W_]+")
_SECRETS: Final = (
    "secret",
    "passw(or)?d",
    "passphrase",
    "pass$",
    "token$",
    "authori[sz]ation",
    "authentication",
    "^xauth",
    "(auth|access|refresh|api|bearer)tokens$",
    "(pwd|passcode|bearer|signature|hmac|otp|csrf|creds)$",
    "^session$",
    "credential",
    "cookie",
    "(api|private|signing|signature|access|encryption|shared|license|account|stream|secret|master|session|app|ssh)key",
    "(^|sip|conference|meeting|access|call|security|dialin)pin(code)?$",
    "(card|security|verification)(number|code)$|^cv[cv]$",
    "webhook(url|uri|link)?s?$|callback(url|uri|link)s?$|deliveredto$",
    "auth(response|nonce|cnonce|key|code|header|data|value|string|hash|info|params?|session)?$",
    "jwt$",
    "headers$",
)
"""`headers` as a whole: what their names are is the customer's choice, and what they hold is mostly a key."""
_WHAT_WAS_SAID: Final = (
    r"transcri(?!\w*summary)",
    "^messages",
    "^messagehistory",
    "^conversation$",
    "^(recording|voicemail)s?(detail|info|object|data)?s?$",
    "^(full)?audio$",
    "speech(result|text)?s?$",
    "^(utterance|caption)s?(text)?$",
    "^dtmf",
)
"""But for a summary, which is kept with its call."""
_OF_LINKS: Final = (
    "listen", "control", "record", "voicemail", "audio", "video", "stereo", "mono", "combined", "webcall",
    "join", "monitor", "log", "pcap", "media", "signed", "download", "share", "retrieved",
)  # fmt: skip
_LINKS: Final = (
    rf"({'|'.join(_OF_LINKS)})\w*(url|uri|link|path|file|filename|location)s?$",
    "^(pre)?signedurl",
)
_CUT: Final = re.compile("|".join((*_SECRETS, *_WHAT_WAS_SAID, *_LINKS)))

_OPEN: Final = re.compile("keys?$")
"""What is named so may be a key, or the name of something."""


class SecretNames(dict[str, bool]):
    """Name of a field → whether its value is cut. For one delivery: it grows with each name that it is
    asked for.
    """

    def __init__(self, of_platform: Iterable[str] = (), reads: Iterable[Path] = ()) -> None:
        super().__init__()
        self._own = frozenset(map(plain, of_platform))
        self._open: dict[str, bool] = {}
        self.reads = tuple(reads)
        """Where what the hook is told to read lies, from anywhere in a body on."""

    def __missing__(self, name: str) -> bool:
        word = plain(name)
        self[name] = found = word in self._own or _CUT.search(word) is not None
        return found

    def leaves_open(self, name: str) -> bool:
        """Whether the form of the value tells whether it is cut."""
        if name not in self._open:
            self._open[name] = not self[name] and _OPEN.search(plain(name)) is not None
        return self._open[name]

    def cuts(self, name: str, value: str) -> bool:
        """Whether a field is cut that holds this text."""
        return self[name] or (self.leaves_open(name) and looks_like_a_key(value))

    def is_read(self, path: Path) -> bool:
        """Whether the hook is told to read what lies there."""
        return any(_fits(path[-len(read) :], read) for read in self.reads)

    def leads(self, path: Path) -> bool:
        """Whether what the hook is told to read may lie further inside."""
        return any(_fits(path[-size:], read[:size]) for read in self.reads for size in range(1, len(read)))


def _fits(path: Path, read: Path) -> bool:
    return len(path) == len(read) and all(
        step in (ANY_PLACE, name) for name, step in zip(path, read, strict=True)
    )


def plain(name: str) -> str:
    """A name in lower case, without what stands between its words and a number at its end."""
    return _NO_LETTER.sub("", name).lower().rstrip("0123456789")
