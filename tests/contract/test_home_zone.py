"""A space's days are those of its home zone; a change of the zone rebuilds them."""

from itertools import product

import pytest

from callboard.clock import HOUR
from callboard.errors import NotFoundError
from callboard.model.directory import SpaceSettings
from callboard.store.questions import CONTACT_SPACES
from tests.events import call, send, task
from tests.stores import NOW, bits, dump, make_organization, make_space

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


def test_a_space_without_a_zone_of_its_own_has_its_organizations(store):
    """From the beginning, and wherever that moves."""
    acme = store.create_organization(
        name="Acme",
        domain_handle="acme",
        domain=None,
        is_private_domain=False,
        now=NOW,
        timezone="Asia/Tokyo",
    )
    ours, own = make_space(store, acme, "Ours"), make_space(store, acme, "Own", timezone="UTC")
    assert (ours.settings.timezone, ours.home_zone) == (None, "Asia/Tokyo")
    assert (own.settings.timezone, own.home_zone) == ("UTC", "UTC")
    assert store.find_organization("acme").timezone == "Asia/Tokyo"
    told = store.set_organization_zone(acme.id, "Asia/Kathmandu")
    assert (told, told.timezone) == (store.find_organization("acme"), "Asia/Kathmandu")
    assert store.find_space(ours.token).home_zone == "Asia/Kathmandu"
    assert store.find_space(own.token) == own
    given_up = store.update_space(acme.id, own.id, {"settings": {"timezone": None}})
    assert given_up.home_zone == "Asia/Kathmandu"
    assert store.spaces(acme.id)[0].home_zone == "Asia/Kathmandu"


def test_an_organization_that_moves_takes_the_days_of_its_spaces_along(store, acme):
    """Of those without a zone of their own, as if they had always been there; of nobody else's."""
    globex = make_organization(store, "globex.example")
    ours = make_space(store, acme, "Ours", content_type="email")
    own = make_space(store, acme, "Own", timezone="Asia/Kathmandu", content_type="email")
    theirs = make_space(store, globex, "Theirs", content_type="email")
    for each in (ours, own, theirs):
        send(
            store,
            each,
            *[call(f"c{hour}", at=hour * 3600, creation_time=NOW + hour * HOUR) for hour in range(30)],
        )

    def cells(organization, space):
        return {
            key: value for key, value in dump(store, organization.id)["cells"].items() if key[0] == space.id
        }

    before = {each.id: cells(org, each) for org, each in ((acme, ours), (acme, own), (globex, theirs))}
    store.set_organization_zone(acme.id, "Asia/Kathmandu")
    assert store.verify(deep=True).drift == 0
    assert cells(acme, own) == before[own.id]
    assert cells(globex, theirs) == before[theirs.id]
    moved = {key[1:]: value for key, value in cells(acme, ours).items()}
    assert moved == {key[1:]: value for key, value in cells(acme, own).items()}
    store.set_organization_zone(acme.id, "UTC")
    assert cells(acme, ours) == before[ours.id]
    assert store.verify(deep=True).drift == 0


def test_a_move_that_ended_early_is_exact_and_goes_on(store, acme):
    """Each space is changed in a separate commit: after each one, every counter is right."""
    spaces = [make_space(store, acme, f"Space {number}", content_type="email") for number in range(4)]
    for each in spaces:
        send(store, each, *[call(f"c{hour}", at=hour * 3600) for hour in range(30)])

    class EndedError(Exception):
        """As a killed command ends."""

    def end(done, _in_all):
        if done == 2:
            raise EndedError

    with pytest.raises(EndedError):
        store.set_organization_zone(acme.id, "Asia/Kolkata", end)
    assert store.verify(deep=True).drift == 0
    # Whatever zone a space is counted by, its home zone is the new one, and it goes on counting.
    assert {each.home_zone for each in store.spaces(acme.id)} == {"Asia/Kolkata"}
    for each in spaces:
        send(store, each, call("later", at=7 * 3600))
    assert store.verify(deep=True).drift == 0
    store.set_organization_zone(acme.id, "Asia/Kolkata")
    assert {each.cell_zone for each in store.spaces(acme.id)} == {"Asia/Kolkata"}
    assert store.verify(deep=True).drift == 0


@pytest.mark.parametrize(
    ("own", "organization"), list(product([None, "Asia/Kolkata"], ["UTC", "Asia/Tokyo"]))
)
def test_a_space_that_is_changed_is_counted_by_its_home_zone(store, acme, own, organization):
    """In either order."""
    space = make_space(store, acme)
    send(store, space, *[call(f"c{hour}", at=hour * 3600) for hour in range(30)])
    store.set_organization_zone(acme.id, organization)
    changed = store.update_space(acme.id, space.id, {"settings": {"timezone": own}})
    assert changed.home_zone == changed.cell_zone == (own or organization)
    assert store.verify(deep=True).drift == 0


def test_there_must_be_such_an_organization(store, acme):
    """Setting the zone of an organization that does not exist fails."""
    with pytest.raises(NotFoundError):
        store.set_organization_zone(acme.id + 100, "UTC")
