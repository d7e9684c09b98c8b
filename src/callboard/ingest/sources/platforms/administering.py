"""Hooks made, rotated and looked over: the rules that the API and the command line share."""

from __future__ import annotations

import base64
import json
import secrets as random
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from callboard.clock import Micros, iso
from callboard.errors import InvalidInputError
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.platforms.delivery import HookSettings
from callboard.ingest.sources.platforms.generic_template import Template
from callboard.ingest.sources.platforms.listing.lister import API_KEY, checked_key
from callboard.ingest.sources.platforms.listing.listers import LISTERS
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.signatures.checked import Secret
from callboard.ingest.sources.platforms.signatures.forms import text_fault
from callboard.ingest.sources.platforms.signatures.header_names import header_fault
from callboard.ingest.texts import check_text
from callboard.settings import Settings
from callboard.store.hooks import Hook, HookCounts, HookRotation

SECRET_CHARACTERS: Final = 1_024
"""Longest secret of a hook, in characters."""
ID_PREFIX_BYTES: Final = 64
"""Bytes of what stands before ids of calls, which have room for 255."""
SETTINGS_BYTES_MAX: Final = 4 << 10
"""Bytes of the settings of a hook."""
_URL_IS_SIGNED: Final = ("twilio", "signalwire", "plivo")
"""Schemes whose signatures are made of the URL, too."""
_WHOSE: Final = (
    "The API key shows all calls of the account. Calls that no delivery named are counted here only if no "
    "other hook of the organization may be of the same account, or if they are of a number or an agent that "
    """this hook names: --setting 'pull_only=["+12025550100"]'."""
)

Finding = Literal["good", "bad", "unknown"]


class Check(Struct, frozen=True):
    """One thing that must be right for deliveries to come."""

    name: str
    finding: Finding
    message: str


def platform_named(name: str) -> Platform:
    """A platform by its name, in which `-` stands for `_` as well. Raises `InvalidInputError` for none."""
    found = PLATFORMS.get(name.replace("-", "_"))
    if found is None:
        why = f"must be one of {', '.join(PLATFORMS)}"
        raise InvalidInputError(f"platform: {why}", [("platform", why)])
    return found


def settings_document(given: Mapping[str, Any], of_server: Settings) -> str:
    """The settings of a hook as a store keeps them. Raises `InvalidInputError` for what is none, and for
    a place of a list API that the operator does not allow.
    """
    try:
        settings = msgspec.convert(dict(given), HookSettings)
    except msgspec.ValidationError as error:
        raise InvalidInputError(f"settings: {error}", [("settings", str(error))]) from None
    for name, fault in _faults(settings):
        raise InvalidInputError(f"settings.{name}: {fault}", [(f"settings.{name}", fault)])
    allowed_url(settings.api_url, of_server)
    document = msgspec.json.encode(settings).decode()
    if len(document) > SETTINGS_BYTES_MAX:
        why = f"must have at most {SETTINGS_BYTES_MAX:,} bytes"
        raise InvalidInputError(f"settings: {why}", [("settings", why)])
    return document


def _faults(settings: HookSettings) -> Iterator[tuple[str, str]]:
    """Settings that would fail with each delivery, and why."""
    try:
        check_text("id_prefix", settings.id_prefix or "", ID_PREFIX_BYTES, is_id=True)
    except RejectedEvent as rejected:
        yield "id_prefix", rejected.rule
    try:
        ZoneInfo(settings.timezone)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        yield "timezone", "is no zone of the IANA database, as Europe/Berlin"
    for name, header in (
        ("secret_header", settings.secret_header),
        ("hmac.signature_header", settings.hmac.signature_header),
        ("hmac.timestamp_header", settings.hmac.timestamp_header),
        ("hmac.id_header", settings.hmac.id_header),
    ):
        if header is not None and (fault := header_fault(header)) is not None:
            yield name, fault
    if "{body}" not in settings.hmac.payload:
        yield "hmac.payload", "must hold {body}: else one signature would prove any delivery"
    if settings.template is not None:
        try:
            Template(settings.template)
        except ValueError as fault:
            yield "template", str(fault)


def allowed_url(api_url: str | None, of_server: Settings) -> str | None:
    """Where a hook says that its list API is. Raises `InvalidInputError` for any other place than those that
    the operator allows: a tenant must not have this server call what it likes.
    """
    if api_url is None:
        return None
    wanted = api_url.rstrip("/")
    if wanted not in {each.rstrip("/") for each in of_server.api_urls.split()}:
        why = "is not one of those that CALLBOARD_API_URLS of this server allows"
        raise InvalidInputError(f"settings.api_url {why}.", [("settings.api_url", why)])
    return wanted


def first_secrets(platform: Platform, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """All secrets of a new hook, and those of them that we made. Those that the platform makes may come
    later: some show them only once they know the URL. Raises `InvalidInputError`.
    """
    _check(platform, given)
    made = {each.name: _new(platform) for each in platform.signature.secrets if _is_made(each, given)}
    return {**made, **given}, made


def next_secrets(
    platform: Platform, before: Mapping[str, str], given: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """All secrets of a hook after a rotation, and those of them that we made. Raises `InvalidInputError` when
    the platform's own are to change and none is given.
    """
    if given and set(given) == _api_key_of(platform):
        _check(platform, given)
        return {**before, **given}, {}  # deliveries are proved as before
    fresh, made = first_secrets(platform, given)
    wanted = [each.name for each in platform.signature.secrets if not each.optional]
    if wanted and not fresh:
        raise InvalidInputError(
            f"{platform.title} makes its own secrets: give {' or '.join(wanted)}.",
            [("secrets", f"must have {' or '.join(wanted)}")],
        )
    return {**before, **fresh}, made


def old_valid_until(
    platform: Platform, before: Mapping[str, str], after: Mapping[str, str] | None, rotation: HookRotation
) -> Micros | None:
    """Until when deliveries are taken that are proved by what a hook had `before` a rotation; None where that
    is not for a moment longer, or where nothing that proves them was another.
    """
    proofs = {each.name for each in platform.signature.secrets if before.get(each.name)}
    is_other = after is not None and any(before[name] != after.get(name) for name in proofs)
    if not (is_other or rotation.token_digest is not None) or rotation.old_until <= rotation.now:
        return None
    return rotation.old_until


def lacking(platform: Platform, secrets: Mapping[str, str]) -> list[Secret]:
    """The secrets that deliveries cannot be checked without, and that are not there."""
    return [each for each in platform.signature.secrets if not each.optional and not secrets.get(each.name)]


def setup_text(
    platform: Platform, url: str, made: Mapping[str, str], secrets: Mapping[str, str], space_token: str
) -> str:
    """What to do in the platform, with the URL, the secrets that we made and the hook's space filled in."""
    text = platform.setup.replace("{url}", url).replace("{space}", space_token)
    for secret in made.values():
        text = text.replace("{secret}", secret)
    text = text.replace("{secret}", "the hook's secret, which was shown when it was made").strip()
    for each in lacking(platform, secrets):
        text += f"\n\nThen give the hook its {each.name}: {each.title}."
    lister = LISTERS.get(platform.name)
    if lister is not None and API_KEY not in secrets:
        text += (
            "\n\nSome deliveries never come. With an API key of the platform, calls whose end is missing are "
        )
        text += f"asked for: callboard hook rotate ID --api-key @FILE ({lister.key_form})."
    if lister is not None:
        text += f"\n\n{_WHOSE}"
    return text


def is_known(platform: Platform, field: str, word: str) -> bool:
    """Whether the platform's table for a field of events has a word, as it was kept."""
    table = platform.words.get(field)
    return table is not None and table.look_up(word, answered=False) is not None


def looked_over(
    hook: Hook, counts: HookCounts, secrets: Mapping[str, str] | None, public_url: str
) -> list[Check]:
    """What may keep deliveries from being taken. `secrets`: None when the key does not open them."""
    platform = PLATFORMS[hook.platform]
    return [
        _live(hook),
        _with_secrets(platform, secrets),
        *_with_api_key(platform, secrets),
        _with_public_url(platform, public_url),
        _with_deliveries(counts),
    ]


def _live(hook: Hook) -> Check:
    if hook.revoked_at is None:
        return Check("hook", "good", "The hook is not revoked.")
    return Check("hook", "bad", "The hook is revoked: create another one.")


def _with_secrets(platform: Platform, secrets: Mapping[str, str] | None) -> Check:
    if secrets is None:
        return Check("secrets", "bad", "The key of this server does not open the secrets of this hook.")
    if missing := lacking(platform, secrets):
        told = "; ".join(f"{each.name}: {each.title}" for each in missing)
        return Check("secrets", "bad", f"The hook lacks a secret: {told}.")
    return Check("secrets", "good", "The hook has what its signatures are checked with.")


def _with_api_key(platform: Platform, secrets: Mapping[str, str] | None) -> list[Check]:
    if platform.name not in LISTERS or secrets is None:
        return []
    if API_KEY not in secrets:
        return [Check(API_KEY, "unknown", "The hook has no API key: calls whose end is missing stay open.")]
    return [Check(API_KEY, "good", "The hook has an API key: calls whose end is missing are asked for.")]


def _with_public_url(platform: Platform, public_url: str) -> Check:
    if not public_url:
        if platform.signature.scheme in _URL_IS_SIGNED:
            message = f"CALLBOARD_PUBLIC_URL is not set, and {platform.title} signs the URL that it calls."
            return Check("public_url", "bad", message)
        return Check("public_url", "unknown", "CALLBOARD_PUBLIC_URL is not set: the URL shown may be wrong.")
    where = urlsplit(public_url)
    if where.scheme != "https" or (where.hostname or "") in ("localhost", "127.0.0.1", "::1"):
        return Check("public_url", "bad", f"{public_url} is no address that a platform can reach by HTTPS.")
    return Check("public_url", "good", f"Signatures are checked for {public_url}.")


def _with_deliveries(counts: HookCounts) -> Check:
    last, refused = counts.last_delivery_at, counts.last_refused_at
    if refused is not None and (last is None or refused > last):
        refusal = json.loads(counts.last_refusal or "{}")
        return Check("deliveries", "bad", f"The last delivery was refused: {refusal.get('message', '')}")
    if last is None:
        return Check("deliveries", "unknown", "No delivery has come yet.")
    return Check("deliveries", "good", f"The last delivery was taken at {iso(last)}.")


def _check(platform: Platform, given: Mapping[str, str]) -> None:
    known = {each.name for each in platform.signature.secrets} | _api_key_of(platform)
    for name, secret in given.items():
        if name not in known:
            why = f"{platform.title} has no such secret; there {'is' if len(known) == 1 else 'are'} "
            why += ", ".join(sorted(known)) or "none"
        elif (fault := _secret_fault(platform, name, secret)) is not None:
            why = fault
        else:
            if name in _api_key_of(platform):
                checked_key(LISTERS[platform.name], secret)
            continue
        raise InvalidInputError(f"secrets.{name[:64]}: {why}", [(f"secrets.{name[:64]}", why)])


def _secret_fault(platform: Platform, name: str, secret: str) -> str | None:
    """Why nothing could be proved or asked by a secret; None: it may be."""
    told = next((each for each in platform.signature.secrets if each.name == name), None)
    # A key of several lines is told what is wanted in its place before it is told that it has lines.
    fault = text_fault(secret) if told is None else told.fault(secret) or text_fault(secret)
    if not 0 < len(secret) <= SECRET_CHARACTERS or (fault is None and not secret.isprintable()):
        fault = f"must have 1 to {SECRET_CHARACTERS:,} printable characters"
    return fault


def _api_key_of(platform: Platform) -> set[str]:
    """The name of the API key, of a platform that is asked for calls."""
    return {API_KEY} if platform.name in LISTERS else set()


def _is_made(secret: Secret, given: Mapping[str, str]) -> bool:
    return secret.ours and not secret.optional and secret.name not in given


def _new(platform: Platform) -> str:
    """A secret of ours: 256 random bits, in the form that its scheme asks for."""
    if platform.signature.scheme == "standard":
        return f"whsec_{base64.b64encode(random.token_bytes(32)).decode()}"
    return random.token_urlsafe(32)
