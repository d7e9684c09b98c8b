"""What can never prove a delivery is refused when it is given, in words that say what is expected."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import example, given
from hypothesis import strategies as st

from callboard.errors import InvalidInputError
from callboard.ingest.sources.platforms.administering import first_secrets, settings_document
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.signatures.checked import Checked
from callboard.ingest.sources.platforms.signatures.forms import public_key_fault, webhook_secret_fault
from callboard.ingest.sources.platforms.signatures.header_names import header_fault
from callboard.settings import Settings
from tests.platforms import signing

PEM = (
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----"
)
NEVER = {
    ("telnyx", "public_key"): [
        "nonsense", "a" * 44, PEM, base64.b64encode(b"x" * 31).decode(), base64.b64encode(bytes(32)).decode(),
        base64.b64encode(b"\x01" + bytes(31)).decode(), base64.b64encode(b"\x02" + bytes(31)).decode(),
    ],
    ("livekit", "api_secret"): [PEM, PEM.replace("\n", " "), "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me@here"],
    ("vonage", "signature_secret"): [PEM, PEM.replace("PUBLIC", "PRIVATE"), " padded "],
    ("dialpad", "secret"): [PEM],
    ("generic", "secret"): ["nonsense!", "whsec_", "whsec_a", "short"],
    ("freeswitch", "secret"): ["Basic Y2FsbGJvYXJkOng=", "Bearer abc", " abc", "abc ", "schlüssel"],
    ("kamailio", "secret"): ["token abc"],
    ("amazon_connect", "secret"): ["key\n"],
    ("vapi", "secret"): ["Bearer abc"],
    ("twilio", "auth_token"): ["", " x", "x\x00y", "x" * 1025],
}  # fmt: skip


@pytest.mark.parametrize(("key", "secret"), [(key, each) for key, found in NEVER.items() for each in found])
def test_a_secret_that_proves_nothing_is_refused_by_its_name(key, secret):
    platform, name = key
    with pytest.raises(InvalidInputError) as refused:
        first_secrets(PLATFORMS[platform], {name: secret})
    [(field, message)] = refused.value.errors
    assert field == f"secrets.{name}"
    assert message.startswith("must ")
    assert len(secret) < 8 or secret not in message


@pytest.mark.parametrize("scheme", signing.SECRETS)
def test_secrets_that_sign_the_scenarios_are_taken(scheme):
    platform = next(each for each in PLATFORMS.values() if each.signature.scheme == scheme)
    secrets = signing.SECRETS[scheme]
    given_ = {each.name: secrets[each.name] for each in platform.signature.secrets if each.name in secrets}
    found, made = first_secrets(platform, given_)
    assert (found | given_, made) == (found, {})


@given(seed=st.binary(min_size=32, max_size=32))
def test_every_public_key_is_one(seed):
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert public_key_fault(base64.b64encode(key).decode()) is None


@pytest.mark.parametrize("platform", [each for each in PLATFORMS.values() if each.signature.secrets])
def test_a_secret_that_is_made_here_is_one(platform):
    _, made = first_secrets(platform, {})
    assert first_secrets(platform, made)[1] == {}


def test_a_secret_of_standard_webhooks_may_lack_its_prefix():
    assert webhook_secret_fault(base64.b64encode(b"0123456789abcdef").decode()) is None


@pytest.mark.parametrize(
    "name",
    [
        "", "x secret", "x-secret:", "x-secret\r\nx-other: 1", "x_secret", "Host", "content-length",
        "Content-Type", "Transfer-Encoding", "connection", "X-Forwarded-For", "Proxy-Authorization",
        "Authorization", "schlüssel", "x" * 101,
    ],
)  # fmt: skip
def test_a_name_of_a_header_that_never_arrives_is_refused(name):
    for settings, field in (
        ({"secret_header": name}, "secret_header"),
        ({"hmac": {"timestamp_header": name}}, "hmac.timestamp_header"),
    ):
        with pytest.raises(InvalidInputError) as refused:
            settings_document(settings, Settings())
        [(where, message)] = refused.value.errors
        assert (where, message.partition(" ")[0]) == (f"settings.{field}", "must")


def test_a_signature_that_leaves_the_body_out_is_refused():
    with pytest.raises(InvalidInputError, match=r"hmac\.payload: must hold \{body\}"):
        settings_document({"hmac": {"payload": "{timestamp}"}}, Settings())


@example(name="X-Callboard-Secret", secret="a secret of ours")
@given(
    name=st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,30}", fullmatch=True),
    secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
)
def test_what_is_taken_proves_a_delivery_that_carries_it(name, secret):
    """By its header, as a bearer and as a password."""
    signature = PLATFORMS["freeswitch"].signature
    if header_fault(name) is not None or signature.secrets[0].fault(secret) is not None:
        return
    basic = base64.b64encode(f"callboard:{secret}".encode()).decode()
    for headers in (
        {name.lower(): secret},
        {"authorization": f"Bearer {secret}"},
        {"authorization": f"Basic {basic}"},
    ):
        delivery = Delivery(body=b"{}", headers=headers, received_at=0)
        verdict = signature.check(delivery, {"secret": secret}, HookSettings(secret_header=name))
        assert isinstance(verdict, Checked), (headers, verdict)
