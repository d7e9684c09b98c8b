"""Standard Webhooks, and Svix, which signs the same way under other names of headers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from standardwebhooks.webhooks import Webhook

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
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
    other_body,
    outside_window,
    replay_key,
    signed_moment,
)
from callboard.ingest.sources.platforms.signatures.forms import webhook_secret_fault

WINDOW_S: Final = 300
_FAMILIES: Final = ("webhook", "svix")


def signs_so(delivery: Delivery) -> bool:
    """Whether a delivery carries a signature of this kind."""
    return any(f"{family}-signature" in delivery.headers for family in _FAMILIES)


def standard(delivery: Delivery, secret: str) -> Verdict:
    """The verdict on the headers `webhook-id`, `webhook-timestamp` and `webhook-signature` (or `svix-…`)."""
    family = next((each for each in _FAMILIES if f"{each}-signature" in delivery.headers), "webhook")
    header = f"{family}-signature"
    sent = {
        part: delivery.headers.get(f"{family}-{part}", "").strip()
        for part in ("id", "timestamp", "signature")
    }
    lacking = [f"{family}-{part}" for part, value in sent.items() if not value]
    if lacking:
        return missing(", ".join(lacking), " and no ".join(lacking))
    signed_at = signed_moment(sent["timestamp"].partition(".")[0])
    if signed_at is None:
        return malformed(header, f"{family}-timestamp holds no Unix time in seconds.")
    try:
        expected = Webhook(secret).sign(
            sent["id"], datetime.fromtimestamp(signed_at // SECOND, UTC), delivery.body.decode()
        )
    except UnicodeDecodeError:
        return malformed(header, "The body is not UTF-8.")
    except Exception:  # noqa: BLE001 - the library raises ValueError, RuntimeError and its own for a secret's form
        return Refusal("missing", "The hook's secret is not whsec_ and base64, so nothing can be checked.")
    signatures = [each for each in sent["signature"].replace(", ", " ").split(" ") if each.startswith("v1,")]
    if not signatures:
        return malformed(header, f"{header} holds no v1 signature.")
    compared = {"header": header, "body_bytes": str(len(delivery.body)), "id": sent["id"][:64]}
    fits = [equal(expected, each) for each in signatures]
    if not any(fits):
        return other_body(header, compared)
    return outside_window(delivery, signed_at, WINDOW_S, compared) or Checked(
        replay_key(header, sent["id"], expected)
    )


def _standard(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:  # noqa: ARG001 - as all
    return standard(delivery, secrets["secret"])


STANDARD: Final = Signature(
    "standard",
    (Secret("secret", "the hook's secret, whsec_ and base64", ours=True, fault=webhook_secret_fault),),
    _standard,
    WINDOW_S,
)
