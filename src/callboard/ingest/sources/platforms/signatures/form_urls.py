"""Signatures over the public URL and the fields of a form: Twilio (and what is compatible with it), Plivo.

The URL is the one that the platform calls, so it is made from `CALLBOARD_PUBLIC_URL`. Where the signature
fits another URL that is likely, as that of `http`, the refusal says which: that is the commonest fault.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Unfit
from callboard.ingest.sources.platforms.reading.bodies import form_pairs, sent_pairs
from callboard.ingest.sources.platforms.signatures.checked import (
    Checked,
    Compared,
    Refusal,
    Secret,
    Secrets,
    Signature,
    Verdict,
    equal,
    malformed,
    missing,
    replay_key,
)

_ALGORITHMS: Final = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
_SETTINGS: Final = "x-twilio-webhooks-signature-settings"
LIKELY_BYTES: Final = 64 * 1024
"""Largest body of which it is tried which other URL its signature fits: each try is an HMAC of all of it."""
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_FORM_TYPES: Final = ("", "application/x-www-form-urlencoded")

SignsUrl = Callable[[str], str]
"""URL → the signature that the platform would have made for it."""


def twilio(*headers: str, secrets: tuple[Secret, ...], scheme: str) -> Signature:
    """Twilio's signature, in the first of some headers that a delivery has."""

    def check(delivery: Delivery, known: Secrets, settings: HookSettings) -> Verdict:  # noqa: ARG001 - as all
        header = next((each for each in headers if delivery.headers.get(each)), headers[0])
        sent = delivery.headers.get(header, "").strip()
        if not sent:
            return missing(header, header)
        algorithm = _algorithm(delivery.headers.get(_SETTINGS, ""))
        if algorithm is None:
            return malformed(_SETTINGS, f"{_SETTINGS} names an algorithm that is not known.")
        secret = known[secrets[0].name]
        if algorithm == "sha256":
            secret = known.get("shared_key") or secret
        try:
            fields, refusal = _twilio_fields(delivery, header)
        except Unfit as fault:
            return malformed(header, str(fault))
        if refusal is not None:
            return refusal

        def signs(url: str) -> str:
            return base64.b64encode(hmac.digest(secret.encode(), (url + fields).encode(), algorithm)).decode()

        return _verdict(delivery, header, [sent], signs, {"algorithm": f"HMAC-{algorithm.upper()}"})

    return Signature(scheme, secrets, check)


def _algorithm(settings: str) -> str | None:
    for part in settings.split(","):
        name, _, value = part.partition("=")
        if name.strip() == "algorithm" and value.strip():
            return _ALGORITHMS.get(value.strip().upper())
    return "sha1"


def _twilio_fields(delivery: Delivery, header: str) -> tuple[str, Refusal | None]:
    """What stands behind the URL in the text that is signed. Other bodies than forms are signed by a hash."""
    if delivery.method == "GET":
        return "", None
    if delivery.content_type not in _FORM_TYPES:
        hashes = [value for name, value in form_pairs(urlsplit(delivery.url).query) if name == "bodySHA256"]
        if not hashes:
            return "", malformed(
                header, "The body is no form and the URL has no bodySHA256: nothing signs it."
            )
        if not equal(hashes[0].lower(), hashlib.sha256(delivery.body).hexdigest()):
            return "", Refusal("wrong", "bodySHA256 of the URL is of another body.", {"header": header})
        return "", None
    # A field that is repeated with the same value is signed once.
    return "".join(name + value for name, value in sorted(set(sent_pairs(delivery)))), None


def _plivo(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:  # noqa: ARG001 - as all
    header, nonce_header = "x-plivo-signature-v3", "x-plivo-signature-v3-nonce"
    sent, nonce = delivery.headers.get(header, "").strip(), delivery.headers.get(nonce_header, "").strip()
    if not sent or not nonce:
        return missing(f"{header}, {nonce_header}", "X-Plivo-Signature-V3 or no nonce beside it")
    try:
        fields = [] if delivery.method == "GET" else form_pairs(delivery.body.decode("utf-8", "replace"))

        def signs(url: str) -> str:
            signed = f"{_plivo_url(urlsplit(url), fields)}.{nonce}"
            return base64.b64encode(
                hmac.digest(secrets["auth_token"].encode(), signed.encode(), "sha256")
            ).decode()

        return _verdict(
            delivery, header, [each.strip() for each in sent.split(",")], signs, {"nonce": nonce[:64]}
        )
    except Unfit as fault:
        return malformed(header, str(fault))


def _plivo_url(url: SplitResult, fields: list[tuple[str, str]]) -> str:
    """The URL with its query in order, and the fields in order behind it."""
    query = "&".join(f"{name}={value}" for name, value in sorted(form_pairs(url.query)))
    base = f"{url.scheme}://{url.netloc}{url.path}"
    if query or fields:
        base += f"?{query}"
    if query and fields:
        base += "."
    return base + "".join(name + value for name, value in sorted(fields))


def _verdict(
    delivery: Delivery, header: str, signatures: list[str], signs: SignsUrl, told: Compared
) -> Verdict:
    url = urlsplit(delivery.url)
    for each in _ports(url):
        expected = signs(each)
        fits = [equal(expected, one) for one in signatures]
        if any(fits):
            return Checked(replay_key(header, expected, told.get("nonce", "")))
    compared = {"header": header, "url": delivery.url, "body_bytes": str(len(delivery.body))} | told
    likely = _likely(url, delivery) if len(delivery.body) <= LIKELY_BYTES else iter(())
    fitting = next((each for each in likely for one in signatures if equal(signs(each), one)), None)
    if fitting is None:
        message = (
            f"{header} does not fit {delivery.url}: the secret is another one, or the platform calls another "
            "URL (CALLBOARD_PUBLIC_URL says which)."
        )
        return Refusal("wrong", message, compared)
    message = (
        f"{header} was made for {fitting}, and was checked for {delivery.url}: set CALLBOARD_PUBLIC_URL."
    )
    return Refusal("wrong", message, compared | {"fits_url": fitting})


def _ports(url: SplitResult) -> Iterator[str]:
    """The URL as it is, without its port, and with the port of its scheme: platforms sign any of them."""
    host = url.hostname or ""
    host = f"[{host}]" if ":" in host else host
    yield url.geturl()
    if _port(url) is not None:
        yield url._replace(netloc=host).geturl()
    elif url.scheme in _DEFAULT_PORTS:
        yield url._replace(netloc=f"{url.netloc}:{_DEFAULT_PORTS[url.scheme]}").geturl()


def _likely(url: SplitResult, delivery: Delivery) -> Iterator[str]:
    """Other URLs that a platform may have called, when a public URL is set wrongly or not at all."""
    hosts = [url.netloc, delivery.headers.get("x-forwarded-host", ""), delivery.headers.get("host", "")]
    paths = [
        url.path,
        url.path.rstrip("/"),
        f"{url.path.rstrip('/')}/",
        delivery.headers.get("x-original-uri", ""),
    ]
    for host in dict.fromkeys(filter(None, (each.partition(",")[0].strip() for each in hosts))):
        for scheme in ("https", "http"):
            for path in dict.fromkeys(filter(None, paths)):
                for query in dict.fromkeys((url.query, "")):
                    yield from _ports(SplitResult(scheme, host, path.partition("?")[0], query, ""))


def _port(url: SplitResult) -> int | None:
    try:
        return url.port
    except ValueError:
        return None


_AUTH_TOKEN: Final = Secret("auth_token", "the Auth Token: Twilio Console, Account, API keys and tokens")
_SHARED_KEY: Final = Secret(
    "shared_key", "a shared key for webhooks, where signatures are made with one instead", optional=True
)
_SIGNING_KEY: Final = Secret("signing_key", "the Signing Key: SignalWire, API, Show Signing Key")

TWILIO: Final = twilio("x-twilio-signature", secrets=(_AUTH_TOKEN, _SHARED_KEY), scheme="twilio")
SIGNALWIRE: Final = twilio(
    "x-signalwire-signature", "x-twilio-signature", secrets=(_SIGNING_KEY,), scheme="signalwire"
)
PLIVO: Final = Signature("plivo", (Secret("auth_token", "the Auth Token: Plivo Console, Account"),), _plivo)
