"""Tokens: a secret is kept as a digest, may be rotated with hours to live, and revoked."""

import pytest

from callboard.clock import HOUR
from callboard.errors import NotFoundError
from callboard.model.directory import Member
from tests.stores import NOW


def make(store, *members, secret=b"s1", name="Dashboard", now=NOW, expires_at=None):
    return store.create_token(
        name=name,
        prefix="cb_abcd",
        secret_digest=secret,
        members=list(members),
        expires_at=expires_at,
        now=now,
    )


def test_a_token_is_found_by_its_secret_alone(store, acme, globex):
    """With its roles, in each of its organizations."""
    members = (Member(acme.id, "admin"), Member(globex.id, "viewer"))
    made = make(store, *members, expires_at=NOW + HOUR)
    assert set(made.members) == set(members)
    assert (made.name, made.prefix, made.expires_at) == ("Dashboard", "cb_abcd", NOW + HOUR)
    assert (made.role_in(acme.id), made.role_in(globex.id), made.role_in(99)) == ("admin", "viewer", None)
    assert store.token_of_secret(b"s1") == (made, None)
    assert store.token_of_secret(b"other") is None
    assert store.find_token(made.id) == made
    assert store.find_token(made.id + 1) is None


def test_tokens_are_listed_newest_first_where_they_have_access(store, acme, globex):
    """A token of two organizations is in both lists."""
    make(store, Member(acme.id, "admin"), secret=b"1", name="old", now=NOW)
    make(store, Member(acme.id, "member"), Member(globex.id, "viewer"), secret=b"2", name="both", now=NOW + 1)
    make(store, Member(globex.id, "admin"), secret=b"3", name="foreign", now=NOW + 2)
    assert [token.name for token in store.tokens(acme.id)] == ["both", "old"]
    assert [token.name for token in store.tokens(globex.id)] == ["foreign", "both"]


def test_a_rotated_token_has_a_new_secret_and_the_old_one_ends(store, acme):
    """The old one may be given hours to live."""
    made = make(store, Member(acme.id, "admin"))
    rotated = store.rotate_token(made.id, prefix="cb_efgh", secret_digest=b"s2", old_until=NOW + HOUR)
    assert (rotated.id, rotated.prefix, rotated.name) == (made.id, "cb_efgh", made.name)
    assert store.token_of_secret(b"s2") == (rotated, None)
    assert store.token_of_secret(b"s1") == (rotated, NOW + HOUR)
    assert len(store.tokens(acme.id)) == 1


def test_rotating_again_never_lengthens_a_secrets_life(store, acme):
    """What was to end in an hour still does."""
    made = make(store, Member(acme.id, "admin"))
    store.rotate_token(made.id, prefix="b", secret_digest=b"s2", old_until=NOW + HOUR)
    store.rotate_token(made.id, prefix="c", secret_digest=b"s3", old_until=NOW + 5 * HOUR)
    assert [store.token_of_secret(secret)[1] for secret in (b"s1", b"s2", b"s3")] == [
        NOW + HOUR,
        NOW + 5 * HOUR,
        None,
    ]


def test_a_revoked_token_stays_on_record(store, acme):
    """With when it was revoked: the first time, however often one asks."""
    made = make(store, Member(acme.id, "admin"))
    assert store.revoke_token(made.id, NOW + 5).revoked_at == NOW + 5
    assert store.revoke_token(made.id, NOW + 9).revoked_at == NOW + 5
    token, _ = store.token_of_secret(b"s1")
    assert token.revoked_at == NOW + 5
    assert [each.revoked_at for each in store.tokens(acme.id)] == [NOW + 5]


def test_a_tokens_last_use_is_recorded_and_is_no_change_of_the_directory(store, acme):
    """Otherwise every use would make every process read the directory again."""
    made = make(store, Member(acme.id, "admin"))
    before = store.changes_since(acme.id, -1).directory_version
    store.touch_token(made.id, NOW + 7)
    assert store.find_token(made.id).last_used_at == NOW + 7
    assert store.changes_since(acme.id, -1).directory_version == before


def test_a_token_that_is_not_there_can_neither_be_rotated_nor_revoked(store):
    """`NotFoundError`."""
    with pytest.raises(NotFoundError):
        store.revoke_token(7, NOW)
    with pytest.raises(NotFoundError):
        store.rotate_token(7, prefix="b", secret_digest=b"s2", old_until=NOW)
    assert store.token_of_secret(b"s2") is None
