"""A space's days are those of its home zone; a new home zone lays them out anew."""

import pytest

from callboard.clock import HOUR
from callboard.model.directory import SpaceSettings
from callboard.store.questions import CONTACT_SPACES
from tests.events import call, send, task
from tests.stores import NOW, bits, dump

ZONES = ("UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham")


def days(store, acme):
    """Bucket → calls, of the day cells of the first counter."""
    counted: dict[int, int] = {}
    for key, measures in dump(store, acme.id)["cells"].items():
        space_id, counter, grain, bucket, *_ = key
        if space_id != CONTACT_SPACES and counter == 1 and grain == "day":
            counted[bucket] = counted.get(bucket, 0) + measures[0]
    return counted


def test_days_begin_at_the_home_zones_midnight(store, acme, space):
    """18:30 UTC is the next day in Kolkata."""
    send(store, space, call("c1", at=18 * 3600), call("c2", at=19 * 3600))
    midnight = NOW // (15 * 60 * 1_000_000)
    assert days(store, acme) == {midnight: 2}
    store.update_space(acme.id, space.id, {"settings": SpaceSettings(timezone="Asia/Kolkata")})
    assert days(store, acme) == {midnight - 22: 1, midnight + 74: 1}


@pytest.mark.parametrize("zone", ZONES[1:])
def test_a_space_moved_to_a_zone_counts_as_if_it_had_always_been_there(store, acme, space, zone):
    """And back again; what comes afterwards is counted in the zone as it is then."""
    early = [call(f"c{hour}", at=hour * 3600, creation_time=NOW + hour * HOUR) for hour in range(30)]
    late = [task(f"t{hour}", at=hour * 3000) for hour in range(30)]
    send(store, space, *early)
    store.update_space(acme.id, space.id, {"settings": SpaceSettings(timezone=zone)})
    send(store, space, *late)
    moved = bits(dump(store, acme.id))["cells"]
    assert store.verify(deep=True).drift == 0
    store.update_space(acme.id, space.id, {"settings": SpaceSettings(timezone="UTC")})
    assert store.verify(deep=True).drift == 0
    back = bits(dump(store, acme.id))["cells"]
    assert back != moved
    store.update_space(acme.id, space.id, {"settings": SpaceSettings(timezone=zone)})
    assert bits(dump(store, acme.id))["cells"] == moved


def test_totals_and_quarters_do_not_depend_on_the_zone(store, acme, space):
    """Only hours and days do."""
    send(store, space, *[call(f"c{hour}", at=hour * 3600) for hour in range(30)])

    def rest():
        content = dump(store, acme.id)
        quarters = {key: value for key, value in content["cells"].items() if key[2] == "quarter"}
        return content["totals"], quarters

    before = rest()
    store.update_space(acme.id, space.id, {"settings": SpaceSettings(timezone="Asia/Kolkata")})
    assert rest() == before
