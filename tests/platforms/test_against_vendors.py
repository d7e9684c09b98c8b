"""Signatures and words, held against the platforms' own packages (`make test-vendors` installs them)."""

from __future__ import annotations

import base64
import hashlib
import importlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from callboard.clock import SECOND
from callboard.ingest.sources.platforms import elevenlabs, livekit, retell, telnyx, twilio, vapi_words
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.signatures import ed25519, form_urls, hmac_headers, jwt_headers
from callboard.ingest.sources.platforms.signatures import standard as standard_webhooks
from callboard.ingest.sources.platforms.signatures.checked import Checked, Signature, verify
from callboard.ingest.sources.platforms.word_table import WordTable
from tests.platforms import signing
from tests.platforms.signing import SECRETS

PACKAGES = ("twilio", "plivo", "retell", "elevenlabs", "livekit", "telnyx", "nacl", "vonage_jwt", "vapi")
LACKING = [each for each in PACKAGES if find_spec(each) is None]
if LACKING:
    pytest.skip(f"not installed: {', '.join(LACKING)}; see `make test-vendors`", allow_module_level=True)

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # of packages that are not ours
    pytest.mark.timeout(600),  # some take half a minute to be imported
]
URL = "https://calls.example.com/prefix/hooks/x/t/"
NAMES = st.text("abcXYZ_09é", min_size=1, max_size=8)
FORMS = st.lists(st.tuples(NAMES, st.text("ab c+&=%/é€\U0001f600", max_size=6)), min_size=1, max_size=8)
ASCII = st.text("abc 1+&=%/", min_size=1, max_size=6)
BODIES = st.text(max_size=80).map(lambda text: ('{"a": "' + text.encode().hex() + '"}').encode())
Takes = Callable[[Delivery], bool]


class Fields(dict):
    """A form as the web frameworks have it, which the package of Twilio reads."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs

    def getall(self, name: str) -> list[str]:
        return [value for each, value in self.pairs if each == name]


def of(module: str, *names: str) -> Any:
    """Something of a package, which is imported only where it is needed: some take seconds."""
    found: Any = importlib.import_module(module)
    for name in names:
        found = getattr(found, name)
    return found


def ours(signature: Signature, sent: Delivery) -> bool:
    return isinstance(verify(signature, sent, [SECRETS[signature.scheme]], HookSettings()), Checked)


def delivery(body: bytes, headers: dict[str, str], url: str = URL) -> Delivery:
    content_type = "application/json" if body[:1] == b"{" else "application/x-www-form-urlencoded"
    return Delivery(
        url=url,
        headers=headers | {"content-type": content_type},
        body=body,
        received_at=int(time.time()) * SECOND,
    )


def changed(sent: Delivery) -> list[Delivery]:
    """Other deliveries, none of which was signed so."""
    headers = sent.headers
    return [
        structs.replace(sent, body=sent.body + b"x"),
        *(
            structs.replace(
                sent, headers=headers | {name: value[:-5] + ("A" if value[-5] != "A" else "B") + value[-4:]}
            )
            for name, value in headers.items()
            if "signature" in name or name == "authorization"
        ),
    ]


def agree(signature: Signature, sent: Delivery, theirs: Takes) -> None:
    assert ours(signature, sent)
    assert theirs(sent)
    for other in changed(sent):
        assert not ours(signature, other)
        assert not theirs(other)


def passes(check: Callable[[], Any]) -> bool:
    try:
        return check() is not False
    except Exception:  # noqa: BLE001 - each package has its own, and some let others through
        return False


@settings(max_examples=50)
@given(pairs=FORMS, query=FORMS | st.just([]), port=st.sampled_from(["", ":443", ":8443"]))
def test_twilio(pairs, query, port):
    url = URL.replace(".com", f".com{port}") + (f"?{urlencode(query)}" if query else "")
    validator = of("twilio.request_validator", "RequestValidator")(SECRETS["twilio"]["auth_token"])
    body = urlencode(pairs).encode()
    sent = delivery(body, signing.twilio(url, body, SECRETS["twilio"]["auth_token"]), url)

    def theirs(each: Delivery) -> bool:
        fields = Fields(parse_qsl(each.body.decode(), keep_blank_values=True))
        return bool(validator.validate(url, fields, each.headers["x-twilio-signature"]))

    agree(form_urls.TWILIO, sent, theirs)
    made = validator.compute_signature(url, Fields(pairs))
    assert ours(form_urls.TWILIO, structs.replace(sent, headers=sent.headers | {"x-twilio-signature": made}))


@settings(max_examples=20)
@given(pairs=FORMS)
def test_twilio_with_a_shared_key(pairs):
    module = of("twilio.request_validator")
    body = urlencode(pairs).encode()
    headers = signing.twilio(URL, body, SECRETS["twilio"]["shared_key"], "sha256")
    algorithm = module.get_signature_algorithm(headers["x-twilio-webhooks-signature-settings"])
    made = module.RequestValidator(SECRETS["twilio"]["shared_key"]).compute_signature(
        URL, Fields(pairs), algorithm
    )
    assert made == headers["x-twilio-signature"]
    assert ours(form_urls.TWILIO, delivery(body, headers))


def test_twilio_with_a_json_body():
    body = b'{"CallSid": "CA1"}'
    url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    validator = of("twilio.request_validator", "RequestValidator")(SECRETS["twilio"]["auth_token"])
    sent = delivery(body, {"x-twilio-signature": validator.compute_signature(url, {})}, url)
    agree(
        form_urls.TWILIO,
        sent,
        lambda each: validator.validate(url, each.body.decode(), each.headers["x-twilio-signature"]),
    )


@settings(max_examples=50)
@given(pairs=FORMS, query=st.lists(st.tuples(ASCII, ASCII), max_size=4))
def test_plivo(pairs, query):
    """Its package reads a query byte by byte as Latin-1; hooks have none, so only ASCII is tried."""
    url = URL + (f"?{urlencode(query)}" if query else "")
    validate = of("plivo.utils", "validate_v3_signature")
    body = urlencode(pairs).encode()
    sent = delivery(body, signing.plivo(url, body, SECRETS["plivo"]["auth_token"]), url)

    def theirs(each: Delivery) -> bool:
        fields: dict[str, list[str]] = {}
        for name, value in parse_qsl(each.body.decode(), keep_blank_values=True):
            fields.setdefault(name, []).append(value)
        return passes(
            lambda: validate(
                "POST", url, each.headers["x-plivo-signature-v3-nonce"], SECRETS["plivo"]["auth_token"],
                each.headers["x-plivo-signature-v3"], fields,
            )
        )  # fmt: skip

    assert ours(form_urls.PLIVO, sent)
    assert theirs(sent)
    assert not ours(form_urls.PLIVO, structs.replace(sent, body=body + b"x"))
    assert not theirs(structs.replace(sent, body=body + b"x"))


@settings(max_examples=20)
@given(body=BODIES)
def test_retell(body):
    module, key = of("retell.lib.webhook_auth"), SECRETS["retell"]["api_key"]
    made = module.symmetric["sign"](body.decode(), key)
    sent = delivery(body, {"x-retell-signature": made})
    agree(
        hmac_headers.RETELL,
        sent,
        lambda each: module.verify(each.body.decode(), key, each.headers["x-retell-signature"]),
    )
    agree(
        hmac_headers.RETELL,
        delivery(body, signing.retell(body, key, time.time())),
        lambda each: module.verify(each.body.decode(), key, each.headers["x-retell-signature"]),
    )


@settings(max_examples=20)
@given(body=BODIES)
def test_elevenlabs(body):
    client = of("elevenlabs.webhooks_custom", "WebhooksClient")
    secret = SECRETS["elevenlabs"]["secret"]
    construct = client.construct_event
    agree(
        hmac_headers.ELEVENLABS,
        delivery(body, signing.elevenlabs(body, secret, time.time())),
        lambda each: passes(
            lambda: construct(None, each.body.decode(), each.headers["elevenlabs-signature"], secret)
        ),
    )


@settings(max_examples=20)
@given(body=BODIES)
def test_livekit(body):
    api, secrets = of("livekit.api"), SECRETS["livekit"]
    receiver = api.WebhookReceiver(api.TokenVerifier(secrets["api_key"], secrets["api_secret"]))
    made = api.AccessToken(secrets["api_key"], secrets["api_secret"]).with_sha256(
        base64.b64encode(hashlib.sha256(body).digest()).decode()
    )
    for token in (
        made.to_jwt(),
        signing.livekit(body, secrets["api_key"], secrets["api_secret"], time.time())["authorization"],
    ):
        agree(
            jwt_headers.LIVEKIT,
            structs.replace(delivery(body, {"authorization": token}), received_at=int(time.time() * SECOND)),
            lambda each: passes(
                lambda: receiver.receive(each.body.decode(), each.headers["authorization"]) and True
            ),
        )


@settings(max_examples=20)
@given(body=BODIES)
def test_telnyx(body):
    module = of("telnyx.lib.webhook_verification")
    agree(
        ed25519.TELNYX,
        delivery(body, signing.telnyx(body, time.time())),
        lambda each: passes(
            lambda: module.verify_webhook_signature(each.body, each.headers, signing.TELNYX_PUBLIC)
        ),
    )


@settings(max_examples=20)
@given(body=BODIES)
def test_vonage_where_its_own_package_looks(body):
    """It looks at the token alone, and takes it beside any body; ours does not."""
    verify_signature = of("vonage_jwt", "verify_signature")
    secret = SECRETS["vonage"]["signature_secret"]
    sent = delivery(body, signing.vonage(body, secret, time.time()))
    token = sent.headers["authorization"].removeprefix("Bearer ")
    assert verify_signature(token, secret)
    assert not verify_signature(token, f"{secret}x")
    assert ours(jwt_headers.VONAGE, sent)
    assert not ours(jwt_headers.VONAGE, structs.replace(sent, body=body + b" "))


@settings(max_examples=20)
@given(body=BODIES)
def test_standard_webhooks(body):
    webhook = of("standardwebhooks.webhooks", "Webhook")(signing.STANDARD_SECRET)
    made = webhook.sign("msg_1", datetime.now(UTC), body.decode())
    sent = delivery(body, signing.standard(body, signing.STANDARD_SECRET, time.time()))
    for each in (sent, structs.replace(sent, headers=sent.headers | {"webhook-signature": made})):
        agree(
            standard_webhooks.STANDARD,
            each,
            lambda it: passes(lambda: webhook.verify(it.body, it.headers, json_parse=False) or True),
        )


def words_of(literal: Any) -> list[str]:
    """The words of a type, however deep they lie in it."""
    if isinstance(literal, str):
        return [literal]
    return [word for each in get_args(literal) for word in words_of(each)]


def listed() -> dict[str, tuple[WordTable, list[str]]]:
    phone_call = of("retell.types.phone_call_response", "PhoneCallResponse").model_fields
    hangup = of("telnyx.types.call_hangup", "Payload").model_fields
    reasons = of("livekit.protocol.models", "DisconnectReason").keys()
    statuses = of("twilio.rest.api.v2010.account.call", "CallInstance", "Status")
    results = words_of(of("elevenlabs.types.call_result", "CallResult"))
    conversation = of(
        "elevenlabs.types.conversation_summary_response_model_status",
        "ConversationSummaryResponseModelStatus",
    )
    return {
        "Vapi, reasons": (
            vapi_words.REASONS,
            words_of(of("vapi.types.call_ended_reason", "CallEndedReason")),
        ),
        "Vapi, statuses": (
            vapi_words.STATUSES,
            [
                word
                for word in words_of(of("vapi.types.call_status", "CallStatus"))
                if word not in ("ended", "not-found", "deletion-failed")  # no status of a call that goes on
            ],
        ),
        "Retell, reasons": (retell.REASONS, words_of(phone_call["disconnection_reason"].annotation)),
        "Retell, statuses": (retell.STATUSES, words_of(phone_call["call_status"].annotation)),
        "LiveKit, reasons": (livekit.REASONS, list(reasons)),
        "Telnyx, causes": (telnyx.CAUSES, words_of(hangup["hangup_cause"].annotation)),
        "Twilio, statuses": (
            twilio.STATUSES,
            [word for name, word in vars(statuses).items() if name.isupper()],
        ),
        "ElevenLabs, results": (
            elevenlabs.REASONS,
            [f"result:{word}" for word in results if word != "answered"],
        ),
        "ElevenLabs, statuses": (elevenlabs.STATUSES, words_of(conversation)),
    }


LEAST = {
    "Vapi, reasons": 604, "Vapi, statuses": 5, "Retell, reasons": 39, "Retell, statuses": 5,
    "LiveKit, reasons": 16, "Telnyx, causes": 9, "Twilio, statuses": 8, "ElevenLabs, results": 4,
    "ElevenLabs, statuses": 5,
}  # fmt: skip
"""Words that the versions of today publish."""


@pytest.mark.parametrize("name", LEAST)
def test_every_word_that_a_platform_publishes_is_in_its_table(name):
    """The lists are those of its own package."""
    table, words = listed()[name]
    assert len(words) >= LEAST[name]
    assert [word for word in words if table.look_up(word, answered=True) is None] == []
