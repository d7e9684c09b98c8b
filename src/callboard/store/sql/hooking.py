"""The hooks of a store on a SQL engine, with the kind of transaction that each operation needs."""

from __future__ import annotations

from collections.abc import Mapping

from callboard.clock import Micros
from callboard.store.hooks import (
    Hook,
    HookCounts,
    HookRotation,
    NewHook,
    QuarantinedDelivery,
    QuarantineSize,
    SealedSecrets,
    UnknownEnd,
)
from callboard.store.sql import hooks, quarantine
from callboard.store.sql.uploading import SqlUploading


class SqlHooking(SqlUploading):
    """See `Store` and `Hooks`."""

    def create_hook(self, org_id: int, new: NewHook) -> Hook:
        return self._write(lambda db: hooks.create_hook(db, org_id, new))

    def hooks(self, org_id: int) -> list[Hook]:
        return self._at_once(hooks.hooks, org_id)

    def hook_counts(self, org_id: int) -> dict[int, HookCounts]:
        return self._read(hooks.hook_counts, org_id)

    def find_hook(self, org_id: int, hook_id: int) -> Hook | None:
        return self._at_once(hooks.find_hook, org_id, hook_id)

    def hook_of_token(self, token_digest: bytes) -> tuple[Hook, Micros | None] | None:
        return self._at_once(hooks.hook_of_token, token_digest)

    def hook_secrets(self) -> dict[int, list[SealedSecrets]]:
        return self._at_once(hooks.hook_secrets)

    def rotate_hook(self, org_id: int, hook_id: int, rotation: HookRotation) -> Hook:
        return self._write(lambda db: hooks.rotate_hook(db, org_id, hook_id, rotation))

    def reseal_hook(self, org_id: int, hook_id: int, sealed: dict[int, bytes]) -> Hook:
        return self._write(lambda db: hooks.reseal_hook(db, org_id, hook_id, sealed))

    def revoke_hook(self, org_id: int, hook_id: int, now: Micros) -> Hook:
        return self._write(lambda db: hooks.revoke_hook(db, org_id, hook_id, now))

    def note_refusals(
        self, org_id: int, hook_id: int, kinds: Mapping[str, int], refusal: str, at: Micros
    ) -> None:
        self._write(lambda db: hooks.note_refusals(db, org_id, hook_id, kinds, refusal, at))

    def quarantine_sizes(self, org_id: int) -> dict[int, QuarantineSize]:
        return self._read(quarantine.sizes, org_id)

    def unknown_ends(self, org_id: int, space_id: int, after: int) -> tuple[list[UnknownEnd], int | None]:
        return self._read(hooks.unknown_ends, org_id, space_id, after)

    def reconciliation(self, org_id: int, hook_id: int = 0) -> str | None:
        return self._at_once(hooks.reconciliation, org_id, hook_id)

    def save_reconciliation(self, org_id: int, hook_id: int, before: str | None, after: str) -> bool:
        return self._write(lambda db: hooks.save_reconciliation(db, org_id, hook_id, before, after))

    def quarantine(self, org_id: int, hook_id: int | None = None) -> list[QuarantinedDelivery]:
        return self._read(quarantine.quarantine, org_id, hook_id)

    def find_quarantined(self, org_id: int, quarantine_id: str) -> QuarantinedDelivery | None:
        return self._read(quarantine.find_quarantined, org_id, quarantine_id)

    def drop_quarantined(self, org_id: int, quarantine_id: str) -> None:
        self._write(lambda db: quarantine.drop_quarantined(db, org_id, quarantine_id))

    def purge_quarantine(self, org_id: int, now: Micros) -> int:
        return self._write(lambda db: quarantine.purge(db, org_id, now))
