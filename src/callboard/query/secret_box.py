"""Secrets that must be readable again, as those that platforms sign with: encrypted, by a key that is not in
the store. Fernet (AES-128-CBC and HMAC-SHA256) of `cryptography`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from callboard.clock import Clock, Micros
from callboard.errors import SecretKeyError
from callboard.settings import Settings
from callboard.store.hooks import Hook, SealedSecrets
from callboard.store.interface import Store

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

KEYS_MAX: Final = 20
"""Keys that are tried to open a secret: the newest, and those of before."""
_KEY_IS_GONE: Final = (
    "The file of keys {path} is missing, and the store holds secrets of hooks that a key in it encrypted: "
    "no new key is made, as it would open none of them. Put the file back from your backup, or its key into "
    "CALLBOARD_SECRET_KEY. If the key is lost, so are these secrets: save the output of "
    "callboard hook new-key as that file, for its owner alone, revoke these hooks, create others, and give "
    "the platforms their URLs and secrets."
)
_KEY_IS_ANOTHER: Final = (
    "The key of this server does not open the secrets of {hooks} there: nothing is encrypted "
    "by it, as deliveries to these would go on being refused and nobody would see why. Put the key of before "
    "behind it, as one more line of its file or one more word of CALLBOARD_SECRET_KEY; callboard hook list "
    "names the hooks. If that key is lost, so are these secrets: revoke the hooks, create others, and give "
    "the platforms their URLs and secrets."
)
_NO_KEY: Final = (
    "There is no key to encrypt secrets with: callboard hook new-key prints one for CALLBOARD_SECRET_KEY or "
    "the file that CALLBOARD_SECRET_KEY_FILE names."
)


def sealed_in(store: Store) -> list[bytes]:
    """The newest secrets of every hook of a store that has any, encrypted."""
    return [newest.sealed for newest, *_ in store.hook_secrets().values()]


def secrets_of(hooks: Iterable[Hook]) -> dict[int, Sequence[SealedSecrets]]:
    """Hook id → its secrets, the newest first; of those that have any."""
    return {hook.id: hook.secrets for hook in hooks if hook.secrets}


def new_key() -> str:
    """A new key, as `CALLBOARD_SECRET_KEY` takes it."""
    from cryptography.fernet import Fernet  # noqa: PLC0415 - slow to import, and most commands never need it

    return Fernet.generate_key().decode()


def key_file(settings: Settings) -> Path | None:
    """The file of keys; None where neither a setting names one nor a store is a file beside which it lies."""
    if settings.secret_key_file:
        return Path(settings.secret_key_file)
    return Path(f"{settings.sqlite_path}.key") if settings.in_file else None


class SecretBox:
    """Seals and opens secrets by the keys of one process, which are read when the first secret is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._fernet: MultiFernet | None = None

    def seal(self, secrets: Mapping[str, str], *, beside: Callable[[], Sequence[bytes]] = tuple) -> bytes:
        """Encrypt secrets by the newest key. A key file beside a store that is a file is made, where there is
        none. `beside`: what the store holds encrypted already. Raises `SecretKeyError` where it holds some
        and no key opens any of that: the one that does is missing. What only a lost key opens keeps nobody
        from encrypting beside what is open: `shut` names it.
        """
        sealed = beside()
        if sealed and self._fernet is None and not self._settings.secret_key.split():
            path = key_file(self._settings)
            if path is not None and not path.exists():
                raise SecretKeyError(_KEY_IS_GONE.format(path=path))
        fernet = self._opened(create=True)
        if sealed and not any(self.opens(each) for each in sealed):
            count = len(sealed)
            raise SecretKeyError(
                _KEY_IS_ANOTHER.format(hooks="1 hook that is" if count == 1 else f"{count:,} hooks that are")
            )
        return fernet.encrypt(msgspec.json.encode(dict(secrets)))

    def check(self) -> None:
        """Raises `SecretKeyError` where there are no keys."""
        self._opened(create=False)

    def opens(self, sealed: bytes) -> bool:
        """Whether a key opens secrets."""
        try:
            self.open(sealed)
        except SecretKeyError:
            return False
        return True

    def shut(self, secrets: Mapping[int, Sequence[SealedSecrets]], now: Micros) -> list[int]:
        """Of hooks with their secrets those that no key opens all secrets of that are valid at a time:
        deliveries to them cannot be checked.
        """
        return [
            hook_id
            for hook_id, those in secrets.items()
            if not all(self.opens(each.sealed) for each in those if each.is_valid(now))
        ]

    def open(self, sealed: bytes) -> dict[str, str]:
        """Decrypt secrets, by whichever key fits. Raises `SecretKeyError`."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - see above

        try:
            return msgspec.json.decode(self._opened(create=False).decrypt(sealed), type=dict[str, str])
        except (InvalidToken, msgspec.MsgspecError):
            raise SecretKeyError from None

    def reseal(self, sealed: bytes) -> bytes:
        """The same secrets by the newest key. Raises `SecretKeyError`."""
        return self.seal(self.open(sealed))

    def generations(self, hook: Hook, now: int) -> list[dict[str, str]]:
        """The secrets of a hook that are valid at a time, the newest first. Raises `SecretKeyError`."""
        return [self.open(sealed) for sealed in hook.sealed_at(now)]

    def _opened(self, *, create: bool) -> MultiFernet:
        if self._fernet is None:
            self._fernet = _fernet(_keys(self._settings, create=create))
        return self._fernet


class ShutHooks:
    """Counts the hooks whose secrets the keys of a process do not open. For one thread at a time."""

    def __init__(self, store: Store, box: SecretBox, clock: Clock) -> None:
        self._store = store
        self._box = box
        self._clock = clock
        self._open = b""
        """A digest of the secrets that were all found open, and so stay: none of them is tried again."""

    def count(self) -> int:
        """Raises `StoreError`."""
        secrets = self._store.hook_secrets()
        digest = blake2b(msgspec.msgpack.encode(secrets)).digest()
        if digest == self._open:
            return 0
        shut = self._box.shut(secrets, self._clock())
        if not shut:
            self._open = digest
        return len(shut)


def _fernet(keys: Sequence[str]) -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - see above

    try:
        return MultiFernet([Fernet(key) for key in keys[:KEYS_MAX]])
    except ValueError:
        raise SecretKeyError(
            "A key for secrets is not one: callboard hook new-key prints a good one."
        ) from None


def _keys(settings: Settings, *, create: bool) -> list[str]:
    if keys := settings.secret_key.split():
        return keys
    path = key_file(settings)
    if path is None:
        raise SecretKeyError(_NO_KEY)
    if create and not settings.secret_key_file:
        _create(path)
    try:
        lines = path.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "no text of ASCII"
        raise SecretKeyError(f"The file of keys {path} cannot be read: {why}.") from None
    keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not keys:
        raise SecretKeyError(f"The file of keys {path} is empty.")
    return keys


def _create(path: Path) -> None:
    """Make the file with a new key, for its owner alone. Where there is one already, it stays."""
    try:
        # Written whole under another name first: another process must never read half of a key.
        part = path.with_name(f"{path.name}.{os.getpid()}")
        part.touch(0o600, exist_ok=False)
        with part.open("w", encoding="ascii") as target:
            target.write(f"{new_key()}\n")
            target.flush()
            os.fsync(target.fileno())
        try:
            os.link(part, path)
        finally:
            part.unlink()
    except FileExistsError:
        return
    except OSError as error:
        raise SecretKeyError(f"The file of keys {path} cannot be made: {error.strerror}.") from None
