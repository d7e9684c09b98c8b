"""Hooks and quarantined deliveries in the in-memory store."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from callboard.clock import Micros
from callboard.errors import HookRevokedError, NotFoundError
from callboard.model.call import Call
from callboard.store.hooks import (
    IGNORED,
    OTHER_WORDS,
    WORDS_MAX,
    Hook,
    HookCounts,
    HookDelivery,
    HookRotation,
    NewHook,
    QuarantinedDelivery,
    QuarantineRoom,
    QuarantineSize,
    SealedSecrets,
    Tally,
    UnknownEnd,
    check_hooks,
    kept_secrets,
    overflowing,
    with_tallies,
)
from tests.model.state import State, StateMixin


class Hooks(StateMixin):
    """Hooks made, rotated and revoked; what came to them."""

    def create_hook(self, org_id: int, new: NewHook) -> Hook:
        with self.state.lock:
            self.state.need_space(org_id, new.space_id)
            check_hooks(sum(each.revoked_at is None for each in self.hooks(org_id)))
            hook = Hook(
                id=len(self.state.hooks) + 1,
                org_id=org_id,
                space_id=new.space_id,
                platform=new.platform,
                prefix=new.prefix,
                settings=new.settings,
                created_at=new.now,
                secrets=(SealedSecrets(1, new.sealed),),
            )
            self.state.hook_tokens[new.token_digest] = (hook.id, None)
            return self._save(hook)

    def hooks(self, org_id: int) -> list[Hook]:
        with self.state.lock:
            found = [each for each in self.state.hooks.values() if each.org_id == org_id]
            return sorted(found, key=lambda each: (-each.created_at, -each.id))

    def hook_counts(self, org_id: int) -> dict[int, HookCounts]:
        with self.state.lock:
            return {
                hook: with_tallies(found, _tallies(self.state, org, hook))
                for (org, hook), found in self.state.hook_counts.items()
                if org == org_id
            }

    def find_hook(self, org_id: int, hook_id: int) -> Hook | None:
        with self.state.lock:
            found = self.state.hooks.get(hook_id)
            return found if found is not None and found.org_id == org_id else None

    def hook_of_token(self, token_digest: bytes) -> tuple[Hook, Micros | None] | None:
        with self.state.lock:
            hook_id, ends_at = self.state.hook_tokens.get(token_digest, (0, None))
            return (self.state.hooks[hook_id], ends_at) if hook_id else None

    def hook_secrets(self) -> dict[int, list[SealedSecrets]]:
        with self.state.lock:
            return {hook.id: list(hook.secrets) for hook in self.state.hooks.values() if hook.secrets}

    def rotate_hook(self, org_id: int, hook_id: int, rotation: HookRotation) -> Hook:
        with self.state.lock:
            hook = self._need(org_id, hook_id)
            if hook.revoked_at is not None:
                raise HookRevokedError
            if rotation.sealed is not None:
                kept = kept_secrets(hook.secrets, rotation.now, rotation.old_until)
                new = SealedSecrets(max((each.no for each in hook.secrets), default=0) + 1, rotation.sealed)
                hook = structs.replace(hook, secrets=(new, *kept))
            if rotation.token_digest is not None:
                assert rotation.prefix is not None
                self._end_tokens(hook_id, rotation)
                self.state.hook_tokens[rotation.token_digest] = (hook_id, None)
                hook = structs.replace(hook, prefix=rotation.prefix)
            return self._save(hook)

    def reseal_hook(self, org_id: int, hook_id: int, sealed: dict[int, bytes]) -> Hook:
        with self.state.lock:
            hook = self._need(org_id, hook_id)
            secrets = tuple(
                structs.replace(each, sealed=sealed.get(each.no, each.sealed)) for each in hook.secrets
            )
            return self._save(structs.replace(hook, secrets=secrets))

    def revoke_hook(self, org_id: int, hook_id: int, now: Micros) -> Hook:
        with self.state.lock:
            hook = self._need(org_id, hook_id)
            return self._save(structs.replace(hook, revoked_at=hook.revoked_at or now, secrets=()))

    def note_refusals(
        self, org_id: int, hook_id: int, kinds: Mapping[str, int], refusal: str, at: Micros
    ) -> None:
        with self.state.lock:
            key = (org_id, hook_id)
            found = self.state.hook_counts[key]
            self.state.hook_counts[key] = structs.replace(
                found, refused=found.refused + sum(kinds.values()), last_refusal=refusal, last_refused_at=at
            )
            for kind, count in kinds.items():
                _add(self.state, key, ("refused", kind, ""), count, at)
            self.state.commits += 1

    def quarantine(self, org_id: int, hook_id: int | None = None) -> list[QuarantinedDelivery]:
        with self.state.lock:
            return [
                structs.replace(each, body=b"")
                for each in _of(self.state, org_id)
                if hook_id in (None, each.hook_id)
            ]

    def quarantine_sizes(self, org_id: int) -> dict[int, QuarantineSize]:
        with self.state.lock:
            sizes: dict[int, QuarantineSize] = {}
            for each in _of(self.state, org_id):
                before = sizes.get(each.hook_id, QuarantineSize())
                sizes[each.hook_id] = QuarantineSize(before.deliveries + 1, before.size + each.kept_bytes)
            return sizes

    def unknown_ends(self, org_id: int, space_id: int, after: int) -> tuple[list[UnknownEnd], int | None]:
        with self.state.lock:
            space = self.state.space_of(org_id, space_id)
            rows = [] if space is None or after else [item.row for item in space.calls.values()]
            return [
                UnknownEnd(row.call_id, row.source_end_reason)
                for row in rows
                if isinstance(row, Call) and row.end_reason == "unknown" and row.source_end_reason is not None
            ], None

    def find_quarantined(self, org_id: int, quarantine_id: str) -> QuarantinedDelivery | None:
        with self.state.lock:
            return self.state.quarantine.get((org_id, quarantine_id))

    def drop_quarantined(self, org_id: int, quarantine_id: str) -> None:
        with self.state.lock:
            if self.state.quarantine.pop((org_id, quarantine_id), None) is None:
                raise NotFoundError("Quarantined delivery not found.")
            self.state.commits += 1

    def purge_quarantine(self, org_id: int, now: Micros) -> int:
        with self.state.lock:
            self.state.commits += 1
            return _make_room(self.state, org_id, now)

    def reconciliation(self, org_id: int, hook_id: int = 0) -> str | None:
        with self.state.lock:
            return self.state.reconciliations.get((org_id, hook_id))

    def save_reconciliation(self, org_id: int, hook_id: int, before: str | None, after: str) -> bool:
        with self.state.lock:
            if self.state.reconciliations.get((org_id, hook_id)) != before:
                return False
            self.state.reconciliations[org_id, hook_id] = after
            self.state.commits += 1
            return True

    def _end_tokens(self, hook_id: int, rotation: HookRotation) -> None:
        for digest, (owner, ends_at) in list(self.state.hook_tokens.items()):
            if owner == hook_id:
                until = rotation.old_until if ends_at is None else min(ends_at, rotation.old_until)
                self.state.hook_tokens[digest] = (owner, until)
                if until <= rotation.now:
                    del self.state.hook_tokens[digest]

    def _need(self, org_id: int, hook_id: int) -> Hook:
        found = self.find_hook(org_id, hook_id)
        if found is None:
            raise NotFoundError("Hook not found.")
        return found

    def _save(self, hook: Hook) -> Hook:
        self.state.hooks[hook.id] = hook
        self.state.directory_version += 1
        self.state.commits += 1
        return hook


def record_delivery(state: State, org_id: int, at: Micros, delivery: HookDelivery, rejected: int) -> None:
    """Count a delivery, and put it into quarantine if it is to be. `rejected`: of its events."""
    key = (org_id, delivery.hook_id)
    came = delivery.replays is None and not delivery.pulled
    if came and not delivery.follows:
        _count(state, org_id, delivery.hook_id, accepted=1, at=at)
    elif delivery.replays is not None and delivery.quarantined is None and not rejected:
        state.quarantine.pop((org_id, delivery.replays), None)
    if delivery.is_ignored and came:
        _add(state, key, IGNORED, 1, at)
    for field, word, times in delivery.unknown_words:
        _add(state, key, ("unknown_word", field, word), times, at)
    for _, field, word, times, _ in _words(state, key)[WORDS_MAX:]:
        del state.hook_tallies[key]["unknown_word", field, word]
        _add(state, key, OTHER_WORDS, times, at)
    kept = delivery.quarantined
    if kept is None:
        return
    before = state.quarantine.get((org_id, kept.quarantine_id))
    if before is None:
        state.quarantine[org_id, kept.quarantine_id] = structs.replace(kept, times=max(kept.times, 1))
        _count(state, org_id, delivery.hook_id, quarantined=1)
        _add(state, key, ("quarantined", kept.reason, ""), 1, at)
        _make_room(state, org_id, at)
        return
    times = before.times + (kept.times if delivery.replays is None else 0)
    state.quarantine[org_id, kept.quarantine_id] = structs.replace(
        kept,
        hook_id=before.hook_id,
        received_at=before.received_at,
        method=before.method,
        query=before.query,
        headers=before.headers,
        times=times,
    )


def _of(state: State, org_id: int) -> list[QuarantinedDelivery]:
    found = [each for (org, _), each in state.quarantine.items() if org == org_id]
    return sorted(found, key=lambda each: (each.received_at, each.quarantine_id), reverse=True)


def _tallies(state: State, org_id: int, hook_id: int) -> list[tuple[str, str, str, int, Micros]]:
    found = [(*tally, *counted) for tally, counted in state.hook_tallies[org_id, hook_id].items()]
    return sorted(found, key=lambda each: (-each[4], each[:3]))


def _words(state: State, key: tuple[int, int]) -> list[tuple[str, str, str, int, Micros]]:
    return [each for each in _tallies(state, *key) if each[0] == "unknown_word" and each[1]]


def _add(state: State, key: tuple[int, int], tally: Tally, times: int, at: Micros) -> None:
    before, last_at = state.hook_tallies[key].get(tally, (0, at))
    state.hook_tallies[key][tally] = (before + times, max(at, last_at))


def _make_room(state: State, org_id: int, now: Micros) -> int:
    kept = [
        QuarantineRoom(each.quarantine_id, each.hook_id, each.received_at, each.room)
        for each in _of(state, org_id)
    ]
    dropped = overflowing(kept, now)
    for each in dropped:
        del state.quarantine[org_id, each.quarantine_id]
        _count(state, org_id, each.hook_id, dropped=1)
    return len(dropped)


def _count(state: State, org_id: int, hook_id: int, *, at: Micros | None = None, **more: int) -> None:
    found = state.hook_counts[org_id, hook_id]
    counted = {name: getattr(found, name) + count for name, count in more.items()}
    if at is not None:
        counted["last_delivery_at"] = max(at, found.last_delivery_at or at)
    state.hook_counts[org_id, hook_id] = structs.replace(found, **counted)
