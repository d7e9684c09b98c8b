"""Vapi, whose users choose how deliveries are proved: a secret in a header, an HMAC, or Standard Webhooks."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.signatures.checked import Secret, Secrets, Signature, Verdict
from callboard.ingest.sources.platforms.signatures.forms import header_secret_fault
from callboard.ingest.sources.platforms.signatures.hmac_headers import OPTIONS_WINDOW_S, hmac_by_options
from callboard.ingest.sources.platforms.signatures.standard import signs_so, standard
from callboard.ingest.sources.platforms.signatures.static import one_secret


def _vapi(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:
    # Whichever proof comes is checked: each needs the secret, so none is weaker than what the user chose.
    if settings.hmac.signature_header.lower() in delivery.headers:
        return hmac_by_options(delivery, secrets["secret"], settings.hmac)
    if signs_so(delivery):
        return standard(delivery, secrets["secret"])
    return one_secret(delivery, secrets["secret"], "x-vapi-secret")


VAPI: Final = Signature(
    "vapi",
    (
        Secret(
            "secret", "the hook's secret, for the server's credential", ours=True, fault=header_secret_fault
        ),
    ),
    _vapi,
    OPTIONS_WINDOW_S,
)
