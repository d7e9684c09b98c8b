"""Senders without signatures: a secret in a header, as a bearer or password, in the body, or in the path."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Unfit
from callboard.ingest.sources.platforms.reading.bodies import at, json_value
from callboard.ingest.sources.platforms.signatures.checked import (
    Checked,
    Refusal,
    Secret,
    Secrets,
    Signature,
    Verdict,
    equal,
    malformed,
    missing,
)
from callboard.ingest.sources.platforms.signatures.forms import header_secret_fault

OURS: Final = Secret("secret", "the hook's secret", ours=True, fault=header_secret_fault)


def one_secret(delivery: Delivery, secret: str, header: str) -> Verdict:
    """Whether a delivery carries a secret: in the header, or in `Authorization` as a bearer or a password."""
    sent = delivery.headers.get(header.lower())
    if sent:
        return _compared(sent.strip(), secret, header.lower())
    authorization = delivery.headers.get("authorization", "")
    scheme, _, value = authorization.strip().partition(" ")
    if not authorization:
        return missing(f"{header.lower()}, authorization", f"{header} and no Authorization header")
    if scheme.lower() in ("bearer", "token"):
        return _compared(value.strip(), secret, "authorization")
    if scheme.lower() == "basic":
        password = _password(value)
        if password is None:
            return malformed("authorization", "Authorization is no user and password.")
        return _compared(password, secret, "authorization")
    return malformed("authorization", "Authorization is neither Bearer nor Basic.")


def _password(value: str) -> str | None:
    try:
        pair = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    _, colon, password = pair.partition(":")
    return password if colon else None


def _compared(sent: str, secret: str, header: str) -> Verdict:
    if equal(sent, secret):
        return Checked()
    return Refusal(
        "wrong", f"The secret in {header} is another one than the hook's.",
        {"header": header, "characters_sent": str(len(sent)), "characters_of_secret": str(len(secret))},
    )  # fmt: skip


def _by_header(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:
    return one_secret(delivery, secrets["secret"], settings.secret_header)


def _firehose(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:  # noqa: ARG001 - as all
    header = "x-amz-firehose-access-key"
    sent = delivery.headers.get(header)
    return (
        _compared(sent, secrets["secret"], header) if sent else missing(header, "X-Amz-Firehose-Access-Key")
    )


def _in_body(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:  # noqa: ARG001 - as all
    try:
        sent = at(json_value(delivery.body), "token")
    except Unfit as fault:
        return malformed("body", f"The token in the body cannot be read. {fault}")
    if not isinstance(sent, str) or not sent:
        return missing("body", "token in its body")
    return _compared(sent, secrets["secret"], "token of the body")


def _in_path(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:  # noqa: ARG001 - as all
    # The hook was found by the token in its path, by a hash of it: nothing is left to compare.
    return Checked()


HEADER: Final = Signature("header", (OURS,), _by_header)
"""The secret in the header of `secret_header`, in `Authorization: Bearer`, or as the password of `Basic`."""
FIREHOSE: Final = Signature("firehose", (OURS,), _firehose)
BODY_TOKEN: Final = Signature("body-token", (Secret("secret", "the webhook's token"),), _in_body)
PATH: Final = Signature("path", (), _in_path)
"""The URL itself is the secret, and is kept as one: for senders that can send nothing else."""
