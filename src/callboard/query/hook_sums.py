"""What came to the hooks of some spaces, added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from msgspec import Struct

from callboard.store.hooks import HookCounts, QuarantineSize
from callboard.store.interface import Store


class HookSums(Struct, frozen=True, kw_only=True):
    """Deliveries of platforms, and what became of them. All that ever came, revoked hooks included."""

    accepted: int
    """Proved to come from their platforms, also those that were quarantined or known already."""
    ignored: int
    """Of the accepted ones, those that say nothing of a call or task."""
    refused: int
    refused_by_kind: dict[str, int]
    quarantined: int
    quarantined_by_reason: dict[str, int]
    dropped: int
    """Of these, how many left quarantine unread: it was full, or they were too old."""
    in_quarantine: int
    """How many are there now."""
    in_quarantine_bytes: int
    unknown_words: int
    """How often a word came that no table of its platform had."""


def hook_sums(store: Store, org_id: int, spaces: Collection[int]) -> HookSums:
    """The sums over the hooks of these spaces."""
    counts = store.hook_counts(org_id)
    # Most organizations have none: to look them up costs a statement for each.
    ours = {hook.id for hook in store.hooks(org_id) if hook.space_id in spaces} if counts else set()
    sizes = store.quarantine_sizes(org_id) if ours else {}
    found = [counts.get(each, HookCounts()) for each in ours]
    held = [sizes.get(each, QuarantineSize()) for each in ours]
    return HookSums(
        accepted=sum(each.accepted for each in found),
        ignored=sum(each.ignored for each in found),
        refused=sum(each.refused for each in found),
        refused_by_kind=_together(each.refused_by_kind for each in found),
        quarantined=sum(each.quarantined for each in found),
        quarantined_by_reason=_together(each.quarantined_by_reason for each in found),
        dropped=sum(each.dropped for each in found),
        in_quarantine=sum(each.deliveries for each in held),
        in_quarantine_bytes=sum(each.size for each in held),
        unknown_words=sum(
            each.other_words + sum(word.times for word in each.unknown_words) for each in found
        ),
    )


def _together(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in parts:
        total.update(each)
    return dict(sorted(total.items()))
