"""A field whose name leaves open whether it is a key is cut where its value looks like one."""

from __future__ import annotations

import base64
import json
import random
import string
import uuid
from urllib.parse import parse_qsl, urlencode

from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.key_shapes import looks_like_a_key
from callboard.ingest.sources.platforms.redaction import redacted
from tests.platforms.manifests import RECEIVED

WORD = string.ascii_letters + string.digits
DRAWS = st.integers(0, 2**32 - 1).map(random.Random)
SHAPES = {
    "hex": lambda draw: draw.randbytes(20).hex(),
    "base64": lambda draw: base64.b64encode(draw.randbytes(24)).decode(),
    "of a URL": lambda draw: base64.urlsafe_b64encode(draw.randbytes(30)).decode().rstrip("="),
    "uuid": lambda draw: str(uuid.UUID(bytes=draw.randbytes(16))),
    "letters and digits": lambda draw: "".join(draw.choices(WORD, k=32)),
    "with a beginning": lambda draw: "sk_live_" + "".join(draw.choices(WORD, k=32)),
    "of words": lambda draw: "key-" + "".join(draw.choices(WORD, k=40)),
}
KEYS = st.builds(lambda shape, draw: SHAPES[shape](draw), st.sampled_from(sorted(SHAPES)), DRAWS)
NAMES = st.sampled_from(["key", "Key", "KEY", "keys", "key_1", "my_key", "server-key", "hook.key", "hookKey"])
OTHERS = st.sampled_from(
    [
        "", "k", "sale", "customer_tier", "customer-tier-of-the-second-campaign", "campaign_2026_q1",
        "renewalsOfTheSecondCampaign", "2026-03-05T14:00:00.000Z", "+12025550143", "12025550143120255501",
        "customer ended the call after 3 minutes", "London, Greenwich", "user@host.example", "F4",
        "pre-sales/2026",
    ]
)  # fmt: skip
"""What stays: names of things, times, numbers."""


def left_of(body: str) -> str:
    kept = redacted(Delivery(body=body.encode(), received_at=RECEIVED), frozenset())
    assert redacted(kept, frozenset()) == kept
    return kept.body.decode()


@given(name=NAMES, key=KEYS, other=OTHERS)
def test_what_looks_like_a_key_is_cut_where_the_name_leaves_it_open(name, key, other):
    body = {"call_id": "c-1", "a": {name: key, "list": [{name: other}, {name: [key, other]}]}}
    assert json.loads(left_of(json.dumps(body))) == {
        "call_id": "c-1",
        "a": {name: "[redacted]", "list": [{name: other}, {name: ["[redacted]", other]}]},
    }


@given(name=NAMES, key=KEYS, other=OTHERS)
def test_in_forms_tables_and_what_is_cut_off_too(name, key, other):
    form = left_of(urlencode({"CallSid": "CA1", name: key, "x": "1"}))
    assert parse_qsl(form) == [("CallSid", "CA1"), (name, "[redacted]"), ("x", "1")]
    kept = urlencode({"CallSid": "CA1", name: other})
    assert left_of(kept) == kept
    table = left_of(f"id\t{name}\tstatus\n1\t{key}\tdone\n2\tsale\tdone\n3\t{key}\n")
    assert key not in table
    assert table.replace("\r", "").splitlines()[0::2] == [f"id\t{name}\tstatus", "2\tsale\tdone"]
    cut_off = left_of(json.dumps({"call_id": "c-1", name: key, "x": "1"}).removesuffix("}"))
    assert key not in cut_off
    assert '"call_id": "c-1"' in cut_off


@given(key=KEYS)
def test_any_other_field_keeps_what_looks_like_a_key(key):
    """Ids do."""
    for name in ("call_id", "keypress", "value", "keyword"):
        assert json.loads(left_of(json.dumps({name: key}))) == {name: key}


@given(key=KEYS, other=OTHERS)
def test_a_key_is_long_and_of_letters_and_digits_in_no_order(key, other):
    assert looks_like_a_key(key)
    assert not looks_like_a_key(other)
