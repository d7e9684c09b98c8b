"""A delivery counts only with its platform's signature over its bytes; a refusal says why, and no secret."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.delivery import Delivery, HmacOptions, HookSettings
from callboard.ingest.sources.platforms.signatures import (
    chosen as chosen_signature,
)
from callboard.ingest.sources.platforms.signatures import (
    ed25519,
    form_urls,
    hmac_headers,
    jwt_headers,
    static,
)
from callboard.ingest.sources.platforms.signatures import standard as standard_webhooks
from callboard.ingest.sources.platforms.signatures.checked import (
    REFUSAL_KINDS,
    Checked,
    Refusal,
    Signature,
    Verdict,
    verify,
)
from tests.platforms import signing
from tests.platforms.signing import SECRETS, SIGN

NOW_S = 1_772_443_800
NOW = NOW_S * SECOND
URL = "https://calls.example.com/hooks/x/hook_0123456789/?a=1"
FORM = b"CallStatus=completed&CallSid=CA1&ToZip=&Tag=b&Tag=a&Tag=a&City=K%C3%B6ln+S%C3%BCd"
JSON = b'{"event": "call_ended", "token": "TOKEN-OF-THE-HOOK", "name": "Zo\xc3\xab"}'
DEFAULTS = HookSettings()

SIGNATURES: dict[str, Signature] = {
    each.scheme: each
    for each in (
        form_urls.TWILIO, form_urls.SIGNALWIRE, form_urls.PLIVO,
        hmac_headers.RETELL, hmac_headers.ELEVENLABS, hmac_headers.BLAND, chosen_signature.VAPI,
        jwt_headers.LIVEKIT, jwt_headers.VONAGE, jwt_headers.DIALPAD,
        ed25519.TELNYX, standard_webhooks.STANDARD,
        static.HEADER, static.FIREHOSE, static.BODY_TOKEN, static.PATH,
    )
}  # fmt: skip
FORMS = ("twilio", "signalwire", "plivo")
SIGNED_BODIES = [
    *FORMS,
    "retell",
    "elevenlabs",
    "bland",
    "livekit",
    "vonage",
    "dialpad",
    "telnyx",
    "standard",
]
WINDOWS = {"retell": 300, "elevenlabs": 1800, "telnyx": 300, "vonage": 300, "standard": 300, "livekit": 360}
UNSIGNED = ("path",)


def delivery(scheme: str, *, at_s: float = NOW_S, method: str = "POST", **changed: Any) -> Delivery:
    """A delivery that is signed rightly, at a time."""
    body = (FORM if scheme in FORMS else JSON) if method == "POST" else b""
    secrets = SECRETS[scheme]
    if scheme == "dialpad":
        headers, body = signing.dialpad(body, secrets["secret"])
    else:
        headers = SIGN[scheme](URL, body, secrets, at_s)
        headers |= {
            "content-type": "application/x-www-form-urlencoded" if scheme in FORMS else "application/json"
        }
    made = Delivery(method=method, url=URL, query="a=1", headers=headers, body=body, received_at=NOW)
    return structs.replace(made, **changed)


def checked(scheme: str, sent: Delivery, secrets: dict[str, str] | None = None, **chosen: Any) -> Verdict:
    signature = SIGNATURES[scheme]
    return verify(signature, sent, [SECRETS[scheme] if secrets is None else secrets], HookSettings(**chosen))


def kind(verdict: Verdict) -> str:
    return verdict.kind if isinstance(verdict, Refusal) else "ok"


@pytest.mark.parametrize("scheme", SIGNATURES)
def test_a_delivery_of_the_platform_is_taken(scheme):
    assert kind(checked(scheme, delivery(scheme))) == "ok"


@pytest.mark.parametrize("scheme", sorted(SIGNATURES.keys() - set(UNSIGNED)))
def test_a_delivery_without_its_signature_is_not(scheme):
    """Also where a header is there and empty."""
    sent = delivery(scheme)
    bare = {"content-type": sent.headers["content-type"]}
    empty = dict.fromkeys(sent.headers, "") | bare
    body = b'{"event": "call_ended"}' if scheme in ("dialpad", "body-token") else sent.body
    for headers in (bare, empty):
        assert kind(checked(scheme, structs.replace(sent, headers=headers, body=body))) == "missing"


@pytest.mark.parametrize("scheme", SIGNED_BODIES)
def test_a_signature_over_other_bytes_is_wrong(scheme):
    """One byte more, one changed, and the body of a proxy that wrote it anew."""
    sent = delivery(scheme)
    # White space around a token is no part of it.
    longer = sent.body + (b"x" if scheme in (*FORMS, "dialpad") else b" ")
    for body in (longer, sent.body.replace(b"e", b"f", 1)):
        assert kind(checked(scheme, structs.replace(sent, body=body))) in ("wrong", "malformed")
    if scheme not in (*FORMS, "dialpad"):
        anew = json.dumps(json.loads(JSON)).encode()
        assert kind(checked(scheme, structs.replace(sent, body=anew))) == "wrong"


@pytest.mark.parametrize("scheme", sorted(SIGNATURES.keys() - set(UNSIGNED)))
def test_another_secret_is_wrong(scheme):
    other = {
        name: f"{value[:-2]}x=" if scheme == "telnyx" else f"{value}x"
        for name, value in SECRETS[scheme].items()
    }
    if scheme == "telnyx":
        other["public_key"] = base64.b64encode(bytes(31) + b"\x01").decode()
    if scheme == "standard":
        other["secret"] = "whsec_" + base64.b64encode(bytes(24)).decode()
    verdict = checked(scheme, delivery(scheme), other)
    assert kind(verdict) == "wrong"


@pytest.mark.parametrize("scheme", sorted(SIGNATURES.keys() - set(UNSIGNED)))
def test_a_hook_without_its_secret_takes_nothing(scheme):
    """An empty one is none."""
    for secrets in ({}, dict.fromkeys(SECRETS[scheme], "")):
        assert kind(checked(scheme, delivery(scheme), secrets)) == "missing"
    assert kind(verify(SIGNATURES[scheme], delivery(scheme), [], DEFAULTS)) == "missing"


@pytest.mark.parametrize(("scheme", "window_s"), WINDOWS.items())
def test_the_window_ends_on_both_sides(scheme, window_s):
    """A right signature outside of it is told apart from a wrong one."""
    ahead_s = 60 if scheme == "livekit" else window_s
    assert kind(checked(scheme, delivery(scheme, at_s=NOW_S - window_s))) == "ok"
    assert kind(checked(scheme, delivery(scheme, at_s=NOW_S - window_s - 1))) == "stale"
    assert kind(checked(scheme, delivery(scheme, at_s=NOW_S + ahead_s))) == "ok"
    assert kind(checked(scheme, delivery(scheme, at_s=NOW_S + ahead_s + 1))) == "future"
    old = delivery(scheme, at_s=NOW_S - window_s - 1)
    assert kind(checked(scheme, structs.replace(old, body=old.body + b" "))) == "wrong"


@pytest.mark.parametrize("scheme", sorted(SIGNATURES.keys() - set(UNSIGNED)))
def test_a_refusal_says_what_was_compared_and_no_secret(scheme):
    sent = delivery(scheme)
    if scheme == "body-token":
        wrong = structs.replace(sent, body=sent.body.replace(b"TOKEN-OF", b"T0KEN-OF"))
    elif scheme == "dialpad":
        wrong = structs.replace(sent, body=signing.dialpad(JSON, "another")[1])
    elif "authorization" in sent.headers and scheme in ("livekit", "vonage"):
        wrong = structs.replace(sent, body=sent.body + b" ")
    else:
        wrong = structs.replace(
            sent,
            headers={
                name: value if "time" in name or "nonce" in name or name == "content-type" else mixed(value)
                for name, value in sent.headers.items()
            },
        )
    verdict = checked(scheme, wrong)
    assert isinstance(verdict, Refusal)
    assert verdict.kind in REFUSAL_KINDS
    assert verdict.compared["header"]
    told = f"{verdict.message} {verdict.compared}"
    public = {"livekit": "api_key", "telnyx": "public_key"}.get(scheme)
    for name, secret in SECRETS[scheme].items():
        assert name == public or secret not in told
    for signature in sent.headers.values():
        assert len(signature) < 32 or signature not in told


def mixed(value: str) -> str:
    """Another value of the same form."""
    return value[:-6] + value[-6:].translate(
        str.maketrans("abcdef0123456789ABCDEF", "bcdefa1234567890BCDEFA")
    )


@pytest.mark.parametrize("scheme", sorted(SIGNATURES.keys() - set(UNSIGNED)))
def test_after_a_rotation_the_old_secret_is_still_taken(scheme):
    """As long as it is given; without it no more."""
    other = dict.fromkeys(SECRETS[scheme], base64.b64encode(bytes(31) + b"\x01").decode())
    signature, sent = SIGNATURES[scheme], delivery(scheme)
    assert kind(verify(signature, sent, [other, SECRETS[scheme]], DEFAULTS)) == "ok"
    assert kind(verify(signature, sent, [other], DEFAULTS)) == "wrong"


def test_a_stale_delivery_under_the_old_secret_is_told_to_be_stale():
    sent = delivery("retell", at_s=NOW_S - 1000)
    generations = [{"api_key": "the new one"}, SECRETS["retell"]]
    assert kind(verify(SIGNATURES["retell"], sent, generations, DEFAULTS)) == "stale"


@pytest.mark.parametrize("scheme", SIGNED_BODIES)
def test_the_same_delivery_again_has_the_same_key(scheme):
    """And one with another signature another."""
    first, again = checked(scheme, delivery(scheme)), checked(scheme, delivery(scheme))
    assert isinstance(first, Checked)
    assert isinstance(again, Checked)
    assert first.replay_key == again.replay_key is not None
    if scheme in WINDOWS:
        later = checked(scheme, delivery(scheme, at_s=NOW_S + 1))
        assert isinstance(later, Checked)
        assert later.replay_key != first.replay_key


@pytest.mark.parametrize("scheme", SIGNATURES)
@settings(max_examples=25)
@given(data=st.data())
def test_no_headers_raise_anything(scheme, data):
    """Whatever they hold: the verdict is a refusal of a kind that is listed."""
    sent = delivery(scheme)
    headers = dict(sent.headers)
    for name in [*headers, "authorization", "svix-signature", "x-signature"]:
        if data.draw(st.booleans()):
            headers[name] = data.draw(st.one_of(st.text(max_size=80), st.binary(max_size=80).map(repr)))
    body = data.draw(st.one_of(st.just(sent.body), st.binary(max_size=200)))
    if body == sent.body and headers == sent.headers:
        return
    verdict = checked(scheme, structs.replace(sent, headers=headers, body=body))
    assert isinstance(verdict, Checked) or verdict.kind in REFUSAL_KINDS


# --- forms: the URL is signed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signed", "checked_for"),
    [
        ("https://calls.example.com/hooks/x/t/", "https://calls.example.com:443/hooks/x/t/"),
        ("https://calls.example.com:443/hooks/x/t/", "https://calls.example.com/hooks/x/t/"),
        ("https://calls.example.com/hooks/x/t/", "https://calls.example.com:8443/hooks/x/t/"),
        ("http://calls.example.com:80/hooks/x/t/", "http://calls.example.com/hooks/x/t/"),
        ("https://[2001:db8::1]/hooks/x/t/", "https://[2001:db8::1]:8443/hooks/x/t/"),
    ],
)
def test_a_port_may_be_signed_or_not(signed, checked_for):
    """Twilio signs either; the product cannot know which."""
    headers = signing.twilio(signed, FORM, SECRETS["twilio"]["auth_token"])
    assert kind(checked("twilio", delivery("twilio", url=checked_for, headers=headers))) == "ok"


@pytest.mark.parametrize(
    "made_for",
    [
        "http://calls.example.com/prefix/hooks/x/t/?a=1",
        "https://calls.example.com/prefix/hooks/x/t?a=1",
        "https://calls.example.com/prefix/hooks/x/t/",
        "https://internal.example/prefix/hooks/x/t/?a=1",
        "http://10.0.0.7:8080/prefix/hooks/x/t/?a=1",
    ],
)
@pytest.mark.parametrize("scheme", ["twilio", "plivo"])
def test_a_refusal_names_the_url_that_the_signature_fits(scheme, made_for):
    """The commonest fault of all: the public URL is set wrongly, or not at all behind a proxy."""
    url = "https://calls.example.com/prefix/hooks/x/t/?a=1"
    proxied = {"x-forwarded-host": "internal.example", "host": "10.0.0.7:8080"}
    headers = SIGN[scheme](made_for, FORM, SECRETS[scheme], NOW_S) | proxied
    verdict = checked(scheme, delivery(scheme, url=url, headers=headers))
    assert isinstance(verdict, Refusal)
    assert verdict.kind == "wrong"
    assert verdict.compared["url"] == url
    assert verdict.compared["fits_url"] == made_for
    assert "CALLBOARD_PUBLIC_URL" in verdict.message


def test_which_url_fits_is_not_tried_of_a_large_body():
    """Each try reads all of it: nobody without the secret makes us do that a hundred times."""
    body = b"a=" + b"x" * form_urls.LIKELY_BYTES
    headers = signing.twilio(URL.replace("https", "http"), body, SECRETS["twilio"]["auth_token"])
    verdict = checked("twilio", delivery("twilio", body=body, headers=headers))
    assert isinstance(verdict, Refusal)
    assert "fits_url" not in verdict.compared


def test_twilio_signs_by_a_shared_key_when_its_header_says_so():
    headers = signing.twilio(URL, FORM, SECRETS["twilio"]["shared_key"], "sha256")
    assert kind(checked("twilio", delivery("twilio", headers=headers))) == "ok"
    without = {"auth_token": SECRETS["twilio"]["shared_key"]}
    assert kind(checked("twilio", delivery("twilio", headers=headers), without)) == "ok"
    headers["x-twilio-webhooks-signature-settings"] = "key=k,algorithm=HMAC_MD5"
    assert kind(checked("twilio", delivery("twilio", headers=headers))) == "malformed"


def test_twilio_signs_json_by_a_hash_in_the_url():
    """Without the hash nothing signs the body, whatever the signature of the URL says."""
    secret = SECRETS["twilio"]["auth_token"]
    url = f"{URL}&bodySHA256={hashlib.sha256(JSON).hexdigest()}"
    json_type = {"content-type": "application/json"}
    sent = delivery("twilio", url=url, body=JSON, headers=signing.twilio(url, b"", secret) | json_type)
    assert kind(checked("twilio", sent)) == "ok"
    assert kind(checked("twilio", structs.replace(sent, body=JSON + b" "))) == "wrong"
    bare = delivery("twilio", body=JSON, headers=signing.twilio(URL, b"", secret) | json_type)
    assert kind(checked("twilio", bare)) == "malformed"


@pytest.mark.parametrize("scheme", FORMS)
def test_with_get_the_url_alone_is_signed(scheme):
    sent = delivery(scheme, method="GET", headers=SIGN[scheme](URL, b"", SECRETS[scheme], NOW_S))
    assert kind(checked(scheme, sent)) == "ok"
    other = structs.replace(sent, url=URL.replace("a=1", "a=2"))
    assert kind(checked(scheme, other)) == "wrong"


def test_plivo_may_send_several_signatures():
    sent = delivery("plivo")
    one = sent.headers["x-plivo-signature-v3"]
    for several in (f"{'A' * 43}=,{one}", f"{one}, {'A' * 43}="):
        headers = sent.headers | {"x-plivo-signature-v3": several}
        assert kind(checked("plivo", structs.replace(sent, headers=headers))) == "ok"


# --- tokens -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["livekit", "vonage"])
def test_a_token_may_have_its_scheme_or_not(scheme):
    sent = delivery(scheme)
    bare = sent.headers["authorization"].removeprefix("Bearer ")
    for value in (bare, f"Bearer {bare}", f"bearer {bare}"):
        headers = sent.headers | {"authorization": value}
        assert kind(checked(scheme, structs.replace(sent, headers=headers))) == "ok"


@pytest.mark.parametrize("algorithm", ["none", "HS512", "RS256"])
@pytest.mark.parametrize("scheme", ["livekit", "vonage", "dialpad"])
def test_a_token_of_another_algorithm_is_refused(scheme, algorithm):
    """Above all `none`, which needs no secret."""
    secret = next(reversed(SECRETS[scheme].values()))
    token = signing.token({"iss": "APIexample", "iat": NOW_S}, secret, {"alg": algorithm, "typ": "JWT"})
    for text in (token, token.rpartition(".")[0] + "."):
        sent = delivery(scheme)
        sent = (
            structs.replace(sent, body=text.encode())
            if scheme == "dialpad"
            else structs.replace(sent, headers={"authorization": text})
        )
        assert kind(checked(scheme, sent)) in ("malformed", "wrong")


@pytest.mark.parametrize("lacking", ["sha256", "exp", "iss"])
def test_livekit_needs_all_its_claims(lacking):
    body_hash = base64.b64encode(hashlib.sha256(JSON).digest()).decode()
    claims = {"iss": "APIexample", "nbf": NOW_S, "exp": NOW_S + 300, "sha256": body_hash}
    assert kind(checked("livekit", with_token("livekit", claims))) == "ok"
    del claims[lacking]
    assert kind(checked("livekit", with_token("livekit", claims))) in ("malformed", "wrong")


@pytest.mark.parametrize("lacking", ["payload_hash", "iat"])
def test_vonage_needs_all_its_claims(lacking):
    """Its own verifier checks neither."""
    claims = {"iat": NOW_S, "payload_hash": hashlib.sha256(JSON).hexdigest()}
    assert kind(checked("vonage", with_token("vonage", claims))) == "ok"
    del claims[lacking]
    assert kind(checked("vonage", with_token("vonage", claims))) == "malformed"


def by_get(claims: dict[str, Any], body: bytes = b"") -> Delivery:
    return structs.replace(with_token("vonage", claims), method="GET", query="status=completed", body=body)


def test_vonage_signs_no_query_so_that_get_is_a_setting():
    sent = by_get({"iat": NOW_S})
    assert kind(checked("vonage", sent)) == "missing"
    assert kind(checked("vonage", sent, unsigned_queries=True)) == "ok"


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("body", [b"", JSON])
def test_the_token_of_a_post_proves_no_query(allowed, body):
    """Whoever saw one delivery would send any other, with its body along or without."""
    for hashed in (body, JSON):
        sent = by_get({"iat": NOW_S, "payload_hash": hashlib.sha256(hashed).hexdigest()}, body)
        assert kind(checked("vonage", sent, unsigned_queries=allowed)) != "ok"
    if body:
        assert kind(checked("vonage", by_get({"iat": NOW_S}, body), unsigned_queries=allowed)) != "ok"


def with_token(scheme: str, claims: dict[str, Any]) -> Delivery:
    secret = next(reversed(SECRETS[scheme].values()))
    return delivery(scheme, headers={"authorization": signing.token(claims, secret)})


# --- settings, and senders without signatures ---------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"x-vapi-secret": SECRETS["vapi"]["secret"]},
        {"authorization": f"Bearer {SECRETS['vapi']['secret']}"},
        signing.vapi_hmac(JSON, SECRETS["vapi"]["secret"], NOW_S),
    ],
)
def test_vapi_proves_itself_by_a_header_a_bearer_or_an_hmac(headers):
    assert kind(checked("vapi", delivery("vapi", headers=headers))) == "ok"
    wrong = {name: value if "time" in name else mixed(f"{value}a") for name, value in headers.items()}
    assert kind(checked("vapi", delivery("vapi", headers=wrong))) == "wrong"


@pytest.mark.parametrize("family", ["webhook", "svix"])
def test_vapi_may_sign_by_standard_webhooks(family):
    headers = signing.standard(JSON, signing.STANDARD_SECRET, NOW_S, family)
    secrets = {"secret": signing.STANDARD_SECRET}
    assert kind(checked("vapi", delivery("vapi", headers=headers), secrets)) == "ok"
    assert kind(checked("vapi", delivery("vapi", headers=headers, body=JSON + b" "), secrets)) == "wrong"


@pytest.mark.parametrize(("age_s", "expected"), [(300, "ok"), (301, "stale"), (-300, "ok"), (-301, "future")])
def test_vapi_signs_a_time(age_s, expected):
    headers = signing.vapi_hmac(JSON, SECRETS["vapi"]["secret"], NOW_S - age_s)
    assert kind(checked("vapi", delivery("vapi", headers=headers))) == expected


def test_a_sender_says_by_settings_how_it_signs():
    """As Vapi's plan for credentials has them."""
    secret = SECRETS["vapi"]["secret"]
    plain = HmacOptions(
        algorithm="sha512",
        signature_header="X-Hub-Signature",
        timestamp_header=None,
        payload="{body}",
        prefix="sha512=",
    )
    signature = signing.mac(secret, JSON, "sha512").hex()
    sent = delivery("vapi", headers={"x-hub-signature": f"sha512={signature}"})
    assert kind(checked("vapi", sent, hmac=plain)) == "ok"
    assert kind(checked("vapi", sent)) == "missing"
    svix = HmacOptions(
        signature_header="svix-signature",
        timestamp_header="svix-timestamp",
        payload="{svix-id}.{timestamp}.{body}",
        prefix="v1,",
        encoding="base64",
        secret_is_base64=True,
    )
    headers = signing.standard(JSON, signing.STANDARD_SECRET, NOW_S, "svix")
    sent = delivery("vapi", headers=headers)
    verdict = hmac_headers.hmac_by_options(sent, signing.STANDARD_SECRET, svix)
    assert kind(verdict) == "ok"
    everything = HmacOptions(payload="{method} {url} {body}", timestamp_header=None)
    text = b"POST " + URL.encode() + b" " + JSON
    sent = delivery("vapi", headers={"x-signature": signing.mac(secret, text).hex()})
    assert kind(checked("vapi", sent, hmac=everything)) == "ok"


def test_a_time_that_is_not_signed_is_no_time():
    """It could be any: a delivery with it would be as fresh as its sender likes."""
    secret = SECRETS["vapi"]["secret"]
    options = HmacOptions(payload="{body}")
    for written in (NOW_S, NOW_S - 10_000):
        headers = {"x-signature": signing.mac(secret, JSON).hex(), "x-timestamp": str(written)}
        assert kind(checked("vapi", delivery("vapi", headers=headers), hmac=options)) == "ok"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-callboard-secret": SECRETS["header"]["secret"]},
        {"authorization": f"Bearer {SECRETS['header']['secret']}"},
        {"authorization": f"Token {SECRETS['header']['secret']}"},
        {
            "authorization": "Basic "
            + base64.b64encode(f"cdr:{SECRETS['header']['secret']}".encode()).decode()
        },
    ],
)
def test_a_sender_without_signatures_carries_a_secret(headers):
    """In a header, as a bearer, or as a password beside any name."""
    assert kind(checked("header", delivery("header", headers=headers))) == "ok"
    wrong = {name: f"{value[:-4]}AAA=" for name, value in headers.items()}
    assert kind(checked("header", delivery("header", headers=wrong))) in ("wrong", "malformed")


def test_the_header_of_the_secret_is_a_setting():
    sent = delivery("header", headers={"x-unpod-key": SECRETS["header"]["secret"]})
    assert kind(checked("header", sent, secret_header="X-Unpod-Key")) == "ok"
    assert kind(checked("header", sent)) == "missing"
