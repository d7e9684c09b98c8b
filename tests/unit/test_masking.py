"""What must not be in a log is not: numbers to call, secrets to sign in with, passwords of databases."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.errors import SettingsError, StoreFileError
from callboard.http.masking import masked, masked_path, masked_query
from callboard.query.secret import new_secret
from callboard.settings import Settings, read_settings
from callboard.store.postgres.connection import conninfo

NUMBER = "12025550123"
PASSWORD = "geheim"


def escaped(text: str, times: int, which: st.DataObject) -> str:
    """Percent-encoded that often, each character or not as drawn."""
    for _ in range(times):
        text = "".join(
            f"%{ord(sign):02x}" if sign == "%" or which.draw(st.booleans()) else sign for sign in text
        )
    return text


@given(which=st.data(), times=st.integers(0, 3))
def test_a_number_is_masked_however_it_is_escaped(which: st.DataObject, times: int):
    """`%31%32…` is read as a number by whoever reads the log."""
    text = escaped(NUMBER, times, which)
    for line in (masked_query(f"source_number={text}&x=1"), masked_path(f"/call-logs/{text}/")):
        assert NUMBER not in line
        assert "*********23" in line


@given(which=st.data(), times=st.integers(0, 2), name=st.sampled_from(["agent", "token", "x", "q"]))
def test_a_token_is_masked_wherever_it_stands(which: st.DataObject, times: int, name: str):
    """In a query under any name, in a path, in a sentence; what is shown everywhere stays."""
    secret = new_secret()
    text = escaped(secret.text, times, which)
    lines = (masked_query(f"{name}={text}"), masked_path(f"/docs/{text}"), masked(f"refused {secret.text}!"))
    for line in lines:
        assert secret.text not in line
        assert secret.text[len(secret.prefix) :] not in line


@pytest.mark.parametrize(
    "name", ["token", "access_token", "api_key", "Authorization", "secret", "password", "x-sig", "%74oken"]
)
def test_a_value_that_is_named_like_a_secret_is_masked(name: str):
    """Whatever it looks like; the public id of a space is none."""
    assert "hunter2" not in masked_query(f"page=2&{name}=hunter2&page_size=3")
    assert PASSWORD not in masked_query(f"x=postgresql://u:{PASSWORD}@h/d")
    assert NUMBER not in masked_query(f"agent=tel_{NUMBER}")
    assert masked_query("space_token=spc_118d&page=2") == "space_token=spc_118d&page=2"


def refusal(url: str) -> str:
    """What is said of a URL that is refused; nothing where it is taken."""
    try:
        conninfo(url)
    except StoreFileError as error:
        return str(error)
    return ""


FORMS = (
    "postgresql://u:{}@h/d",
    "postgresql://u:{}@h:5432,g:5433/d?sslmode=require",
    "postgres://h/d?user=u&password={}",
    "postgres://u@h/d?application_name=x&passw%6Frd={}",
    "postgresql:///d?host=h&user=u&password={}#x",
    "postgresql://u:p@ss{}@h/d",
    "postgresql://u:pa/ss{}@h/d",
    "postgresql://u:pa?ss{}@h/d",
    "postgresql://u:{}",
    "postgresql://u:1{}/d",
    "postgresql://:{}@h/d",
    "postgresql://u:{}@[::1]:5432/d",
    "postgresql://h/d?password={}&user=a@b",
    "postgresql://u/d:{}@h",
    "postgresql://h/d?sslpassword={}",
    "postgresql://u;{}@h/d",
)


@pytest.mark.parametrize("form", FORMS)
def test_no_password_is_shown_in_whatever_form_a_url_holds_it(form: str):
    """Nor told by what refuses it; what is no secret is shown where it can be told apart."""
    url = form.format(PASSWORD)
    assert PASSWORD not in Settings(db=url).db_shown
    assert PASSWORD not in refusal(url)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12))
def test_no_drawn_password_is_shown(password: str):
    """Escaped as it should be, or as it came."""
    for text in (quote(password, safe=""), password):
        shown = Settings(db=f"postgresql://user:begin{text}end@host.example:5432/calls").db_shown
        assert "begin" not in shown
        assert shown.startswith("postgresql://")


def test_what_is_no_secret_is_shown():
    """User, hosts, ports, database: enough to know which store it is."""
    assert Settings(db="postgresql://u:p@h:5432,g/d?x=1").db_shown == "postgresql://u@h:5432,g/d"
    assert Settings(db="postgresql://h/d").db_shown == "postgresql://h/d"
    assert Settings(db="/var/lib/calls.db").db_shown == "/var/lib/calls.db"


@pytest.mark.parametrize(
    "db",
    [
        f"host=h password={PASSWORD}",
        f"user=u PASSWORD = {PASSWORD} dbname=d",
        f"postgresql:/u:{PASSWORD}@h/d",
        f"Postgres:u:{PASSWORD}@h/d",
    ],
)
def test_keywords_and_values_are_not_taken_for_the_name_of_a_file(db: str):
    """A file of that name would be made, and its name, with the password, be shown everywhere."""
    with pytest.raises(SettingsError) as refused:
        read_settings({"db": db})
    assert PASSWORD not in str(refused.value)


HOSTS = (
    "db-2026-03-02-1.example.com",
    "10.0.0.12",
    "203.0.113.45",
    "pbx-1555010199.example.com",
    "localhost",
)
READABLE = (
    *(f"url=https://{host}:8443/hooks/twilio/x?a=b" for host in HOSTS),
    *(f"url=https://{host}/hooks/" for host in HOSTS),
    *(f'connection to server at "{host}", port 5432 failed' for host in HOSTS),
    *(f"postgresql://…@{host}:5432/calls" for host in HOSTS),
    "sip:…@203.0.113.45:5060", "refused by 203.0.113.45:65535", "id 00000000-0000-4000-8000-446655440000",
    "at 2026-03-02 09:30:00, for 300 s", "on 2026-03-02", "2026-03-02T09:30:00.250Z",
    "header=x-signature age=412",
)  # fmt: skip
WRITTEN = st.sampled_from(
    (
        NUMBER,
        f"+{NUMBER}",
        "1-202-555-0123",
        "+1 202 555 0123",
        "1.202.555.0123",
        "(202) 555 0123",
        "020 7946 0123",
    )
)


@pytest.mark.parametrize("text", READABLE)
def test_hosts_ports_ids_and_days_stay_readable(text: str):
    """Whoever reads the log must know which server and which request it tells of."""
    assert masked(text) == text


@given(
    number=WRITTEN,
    before=st.sampled_from(
        ["", "://", "@", 'at "', "host=", "sip:", "x ", "https://a.example.com/", "?From=", "tel:"]
    ),
    after=st.sampled_from(
        ["", "@pbx.example.com", "@10.0.0.12:5060", ":8443", '"', "/x", " 10.0.0.12:80", "&To=1"]
    ),
    beside=st.sampled_from(["", *READABLE]),
)
def test_a_number_is_masked_wherever_a_host_could_stand(number: str, before: str, after: str, beside: str):
    """And whatever readable things stand beside it."""
    line = masked(f"{beside} {before}{number}{after} {beside}")
    digits = "".join(filter(str.isdigit, number))
    assert number not in line
    assert line.count("*") >= len(digits) - 2 or f"{before}…@" in line


def test_a_long_line_is_read_once():
    """Nothing that a sender writes makes the log slow."""
    for text in (
        "1." * 100_000,
        "@" * 200_000,
        "a-" * 100_000,
        "://1" * 50_000,
        "host=1" * 30_000,
        "1 " * 100_000,
    ):
        masked(text)
