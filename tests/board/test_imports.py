"""Imports in the browser: dropped, asked about, seen before they count, undone; also after a reload."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from tests.board.chromium import axe, let_in, opened
from tests.board.pages import PAGES
from tests.board.world import ASKED_CALLS, HANDLE, World, begin

IMPORTS = PAGES["imports"].path(HANDLE)
PART = 1024
"""Bytes of a part, where bodies are no larger."""
CLEAR = b"call_id,status,started_at,talk_seconds\n" + b"".join(
    b"p%03d,%s,2026-02-03T10:00:%02dZ,%d\n"
    % (number, *((b"missed", number % 60, 0) if number % 4 == 0 else (b"completed", number % 60, 60)))
    for number in range(100)
)
ASKED = "[data-state=asking]"
READY = "[data-state=ready]"
DONE = "[data-state=done]"
_DROP = """content => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([content], 'dropped.csv'));
  const event = new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true});
  document.querySelector('h1').dispatchEvent(event);
}"""


@pytest.fixture
def small(browser: Browser, tmp_path: Path) -> Iterator[World]:
    """A server whose parts are as small as its bodies."""
    world = begin(tmp_path, fill=False, CALLBOARD_MAX_BODY_BYTES=str(PART))
    yield world
    world.server.stop()


@pytest.fixture
def small_page(browser: Browser, small: World) -> Iterator[Page]:
    with opened(browser, small.url) as (page, _):
        let_in(page, small.url, small.admin)
        yield page


@pytest.fixture
def own_page(browser: Browser, own_world: World) -> Iterator[Page]:
    with opened(browser, own_world.url) as (page, _):
        let_in(page, own_world.url, own_world.admin)
        yield page


def _file(content: bytes, name: str = "calls.csv") -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def _day_after(ids: str) -> bytes:
    """The next day's calls, under ids that begin so."""
    return CLEAR.replace(b"\np", b"\n" + ids.encode()).replace(b"-02-03T", b"-02-04T")


def _choose(page: Page, world: World, content: bytes, name: str = "calls.csv") -> None:
    page.goto(f"{IMPORTS}&space_token={world.space}")
    page.locator("input[type=file]").set_input_files(_file(content, name))


def _numbers(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.ask("GET", f"organisation/analytics/?space_token={world.space}")["data"]
    return found


def _shown(page: Page, name: str) -> Any:
    return expect(page.locator(f"[data-number={name}]"))


def test_a_file_is_asked_about_imported_and_undone(own_page: Page, own_world: World):
    """Nothing counts before; then what was shown counts; after the undo nothing does."""
    _choose(own_page, own_world, ASKED_CALLS)
    expect(own_page.locator(ASKED)).to_be_visible()
    heading = own_page.locator("th", has_text="started_at")
    expect(heading).to_contain_text("Created")
    start = own_page.get_by_role("button", name="Import 4 calls")
    expect(start).to_be_disabled()
    assert axe(own_page) == []

    heading.get_by_role("button").first.click()
    expect(own_page.locator("fieldset:focus")).to_have_count(1)
    own_page.get_by_label("2 March 2026").check()
    expect(start).to_be_disabled()
    own_page.get_by_label("another zone").check()
    own_page.get_by_label("Time zone").fill("Europe/Berlin")
    own_page.get_by_role("button", name="Read it by these answers").click()
    expect(own_page.locator(READY)).to_be_visible()
    expect(own_page.locator("td", has_text="2026-03-02T09:00:00+00:00").first).to_be_visible()
    for name, text in (
        ("calls", "4"),
        ("success_rate", "50.0 %"),
        ("average", "1 min 30 s"),
        ("agents", "2"),
    ):
        _shown(own_page, name).to_have_text(text)
    assert _numbers(own_world)["total_calls"] == 0

    start.click()
    expect(own_page.locator(DONE)).to_be_visible()
    _shown(own_page, "applied").to_have_text("4")
    told = _numbers(own_world)
    assert (told["total_calls"], told["completed_calls"], told["avg_duration_seconds"]) == (4, 2, 90.0)
    assert axe(own_page) == []

    own_page.get_by_role("button", name="Undo this import").click()
    assert _numbers(own_world)["total_calls"] == 4
    own_page.get_by_role("button", name="Withdraw it").click()
    expect(own_page.locator("[data-state=undone]")).to_be_visible()
    assert _numbers(own_world)["total_calls"] == 0


def test_the_answers_can_be_taken_back(own_page: Page, own_world: World):
    """Also once nothing is left to ask."""
    _choose(own_page, own_world, ASKED_CALLS)
    own_page.get_by_label("2 March 2026").check()
    own_page.get_by_label("UTC", exact=True).check()
    own_page.get_by_role("button", name="Read it by these answers").click()
    expect(own_page.locator(READY)).to_be_visible()
    own_page.get_by_role("button", name="Forget all answers").click()
    expect(own_page.locator(ASKED)).to_be_visible()
    expect(own_page.get_by_label("2 March 2026")).not_to_be_checked()


def test_answers_that_are_not_sent_yet_survive_a_reload(own_page: Page, own_world: World):
    _choose(own_page, own_world, ASKED_CALLS)
    own_page.get_by_label("2 March 2026").check()
    own_page.get_by_label("another zone").check()
    own_page.get_by_label("Time zone").fill("Europe/Berlin")
    own_page.reload()
    expect(own_page.get_by_label("2 March 2026")).to_be_checked()
    expect(own_page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    own_page.get_by_role("button", name="Read it by these answers").click()
    expect(own_page.locator(READY)).to_be_visible()


def test_what_is_doubtful_is_imported_only_when_that_is_said(own_page: Page, own_world: World):
    """By a box that nobody checks by accident."""
    _choose(own_page, own_world, ASKED_CALLS)
    own_page.get_by_label("Import although").check()
    own_page.get_by_role("button", name="Import 4 calls").click()
    expect(own_page.locator(DONE)).to_be_visible()
    assert _numbers(own_world)["total_calls"] == 4


def test_another_reading_replaces_the_earlier_one_when_told_so(own_page: Page, own_world: World):
    """Refused first, with what stands; never both."""
    for answer in ("2 March 2026", "3 February 2026"):
        _choose(own_page, own_world, ASKED_CALLS)
        own_page.get_by_label(answer).check()
        own_page.get_by_label("UTC", exact=True).check()
        own_page.get_by_role("button", name="Read it by these answers").click()
        expect(own_page.locator(READY)).to_be_visible()
        own_page.get_by_role("button", name="Import 4 calls").click()
        if answer == "3 February 2026":
            refused = own_page.get_by_role("alert").filter(has_text="imported before")
            expect(refused).to_be_visible()
            own_page.reload()
            expect(refused).to_be_visible()
            own_page.get_by_role("button", name="Replace it").click()
        expect(own_page.locator(DONE)).to_be_visible()
    calls = own_world.ask("GET", f"call-logs/?space_token={own_world.space}")["data"]
    assert sorted(each["creation_time"][:10] for each in calls) == [
        "2026-02-03",
        "2026-02-03",
        "2026-02-05",
        "2026-02-06",
    ]


def test_by_keyboard_alone(own_page: Page, own_world: World):
    """The focus is where it goes on, after the reading and after the import."""
    _choose(own_page, own_world, ASKED_CALLS)
    radio = own_page.get_by_label("2 March 2026")
    radio.focus()
    own_page.keyboard.press("Space")
    zone = own_page.get_by_label("UTC", exact=True)
    zone.focus()
    own_page.keyboard.press("Space")
    read = own_page.get_by_role("button", name="Read it by these answers")
    for _ in range(20):
        if read.evaluate("button => button === document.activeElement"):
            break
        own_page.keyboard.press("Tab")
    own_page.keyboard.press("Enter")
    expect(own_page.locator(READY)).to_be_visible()
    expect(own_page.locator("p:focus")).to_contain_text("Ready to import")
    own_page.get_by_role("button", name="Import 4 calls").focus()
    own_page.keyboard.press("Enter")
    expect(own_page.locator("p:focus")).to_contain_text("Imported")


def test_an_upload_goes_on_after_a_reload(small_page: Page, small: World):
    """The page finds it, asks for the same file, and sends only what is missing."""
    sent: list[str] = []

    def cut(route: Route) -> None:
        part = route.request.url.rstrip("/").rsplit("/", 1)[1]
        if part == "2":
            route.abort("connectionreset")
        else:
            sent.append(part)
            route.continue_()

    def cut_nothing(route: Route) -> None:
        sent.append("later")
        route.continue_()

    small_page.route("**/parts/*/", cut)
    _choose(small_page, small, CLEAR)
    expect(small_page.get_by_role("alert").filter(has_text="Trying again by itself")).to_be_visible()
    assert sent == ["0", "1"]

    small_page.reload()
    expect(small_page.locator("main")).to_contain_text("The upload was interrupted")
    expect(small_page.locator("[data-progress]")).to_contain_text("2.0 KiB of")
    assert axe(small_page) == []
    choose = small_page.locator("input[type=file]")
    choose.set_input_files(_file(CLEAR, "others.csv"))
    alert = small_page.get_by_role("alert")
    expect(alert.filter(has_text="the upload that was begun is of calls.csv")).to_be_visible()
    choose.set_input_files(_file(CLEAR.replace(b"p099", b"p999")))
    expect(alert.filter(has_text="says something else")).to_be_visible()
    assert sent == ["0", "1"]

    small_page.unroute("**/parts/*/")
    small_page.route("**/parts/*/", cut_nothing)
    choose.set_input_files(_file(CLEAR))
    expect(small_page.locator(READY)).to_be_visible()
    assert len(sent) == -(-len(CLEAR) // PART)
    _shown(small_page, "calls").to_have_text("100")


def test_an_upload_goes_on_while_other_pages_are_looked_at(small_page: Page, small: World):
    """It belongs to the window, not to the page."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    small_page.route("**/parts/2/", hold)
    _choose(small_page, small, CLEAR)
    expect(small_page.locator("[data-progress]")).to_contain_text("2.0 KiB of")
    small_page.get_by_role("link", name="Trust").click()
    expect(small_page.get_by_role("heading", name="Trust", exact=False).first).to_be_visible()
    held[0].continue_()
    small_page.get_by_role("link", name="Import").click()
    small_page.get_by_role("link", name="calls.csv").click()
    expect(small_page.locator(READY)).to_be_visible()


def test_a_file_that_cannot_be_read_says_why(own_page: Page, own_world: World):
    """And an empty one is not even sent."""
    _choose(own_page, own_world, b"")
    expect(own_page.get_by_role("alert")).to_have_text("calls.csv is empty.")
    _choose(own_page, own_world, b"PK\x03\x04" + b"x" * 100, "calls.xlsx")
    expect(own_page.get_by_role("alert").filter(has_text="save the sheet as CSV")).to_be_visible()
    assert axe(own_page) == []
    own_page.get_by_role("button", name="Drop this upload").click()
    expect(own_page.locator("main")).to_contain_text("None. An upload is kept for 24 hours")


def test_a_file_is_dropped_anywhere_on_the_page(own_page: Page, own_world: World):
    """A browser would open it instead."""
    own_page.goto(f"{IMPORTS}&space_token={own_world.space}")
    expect(own_page.locator("input[type=file]")).to_be_enabled()
    own_page.evaluate(_DROP, ASKED_CALLS.decode())
    expect(own_page.get_by_role("heading", name="dropped.csv")).to_be_visible()
    expect(own_page.locator(ASKED)).to_be_visible()


def test_nothing_moves_while_somebody_reads(own_page: Page, own_world: World):
    """What waits for answers stays where it is, and the work shows in the place of the button."""
    own_page.goto(f"board/{HANDLE}/import/{own_world.upload('calls.csv', ASKED_CALLS)}?in={own_world.space}")
    expect(own_page.locator(ASKED)).to_be_visible()
    own_page.wait_for_timeout(500)
    own_page.evaluate(
        """() => {
          window.moved = 0;
          new PerformanceObserver((list) => {
            for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.moved += shift.value;
          }).observe({type: 'layout-shift', buffered: false});
        }"""
    )
    own_page.wait_for_timeout(2500)
    assert own_page.evaluate("window.moved") == 0


def _import(page: Page, world: World, content: bytes, name: str, save: str) -> None:
    _choose(page, world, content, name)
    expect(page.locator(READY)).to_be_visible()
    page.get_by_label("Save how it is read as").fill(save)
    page.get_by_role("button", name="Import 100 calls").click()
    expect(page.locator(DONE)).to_be_visible()


def _save(world: World, name: str, content: bytes, options: dict[str, Any]) -> None:
    """A mapping with these options, saved by an import over HTTP."""
    path = f"spaces/{world.space}/imports/{world.upload('saved.csv', content)}/"
    for step, body in (("read/", {"options": options}), ("start/", {"anyway": True, "save_mapping": name})):
        world.ask("POST", path + step, json=body)
        while world.ask("GET", path)["data"]["state"] in ("reading", "importing"):
            time.sleep(0.05)


def test_the_next_file_is_read_by_a_saved_mapping(own_page: Page, own_world: World):
    """Saved with the import, chosen with the next file; a new word of the status asks, with its choices."""
    _import(own_page, own_world, CLEAR, "monday.csv", "dialler / eu")
    expect(own_page.locator("main")).to_contain_text("saved as the mapping dialler / eu")

    tuesday = _day_after("q").replace(b"q004,missed", b"q004,zzz")
    own_page.goto(f"{IMPORTS}&space_token={own_world.space}")
    own_page.get_by_label("Read it by").select_option("dialler / eu")
    assert axe(own_page) == []
    own_page.locator("input[type=file]").set_input_files(_file(tuesday, "tuesday.csv"))
    expect(own_page.locator(ASKED)).to_be_visible()
    expect(own_page.get_by_label("Read by")).to_have_value("dialler / eu")
    expect(own_page.locator("fieldset").first).to_contain_text("Say below what each word means")
    word = own_page.get_by_label("“zzz” of call_status, in 1 row")
    assert word.locator("option").all_inner_texts()[:2] == ["Not said", "Queued"]
    assert axe(own_page) == []
    word.select_option("Missed")
    own_page.get_by_role("button", name="Read it by these answers").click()
    expect(own_page.locator(READY)).to_be_visible()

    own_page.get_by_label("Save how it is read as").fill("dialler / eu")
    expect(own_page.locator("main")).to_contain_text("It becomes version 2 of the mapping")
    own_page.get_by_role("button", name="Import 100 calls").click()
    # The word adds to what the mapping knew, and replaces nothing.
    expect(own_page.locator(DONE)).to_be_visible()
    assert _numbers(own_world)["total_calls"] == 200

    own_page.get_by_role("link", name="All imports").click()
    kept = own_page.locator("[data-mapping]")
    expect(kept).to_contain_text("version 2")
    kept.get_by_role("button", name="Options of").click()
    expect(kept).to_contain_text("call_status:zzz=missed")
    assert axe(own_page) == []
    kept.get_by_role("button", name="Delete dialler / eu…").click()
    kept.get_by_role("button", name="Delete dialler / eu", exact=True).click()
    expect(kept).to_have_count(0)
    assert _numbers(own_world)["total_calls"] == 200


def test_a_file_on_the_page_is_read_by_another_mapping_or_by_none(own_page: Page, own_world: World):
    """Also after a reload; the numbers are those of the reading."""
    _import(own_page, own_world, CLEAR, "monday.csv", "seconds")
    _save(own_world, "minutes", _day_after("r"), {"duration_unit": "minutes"})
    _choose(own_page, own_world, _day_after("q"), "tuesday.csv")
    expect(own_page.locator(READY)).to_be_visible()
    by = own_page.get_by_label("Read by")
    by.select_option("minutes")
    own_page.get_by_role("button", name="Read it so").click()
    _shown(own_page, "average").to_have_text("1 h")
    own_page.reload()
    expect(by).to_have_value("minutes")
    by.select_option("")
    own_page.get_by_role("button", name="Read it so").click()
    _shown(own_page, "average").to_have_text("1 min")


def test_a_server_that_is_started_again_goes_on(own_page: Page, own_world: World):
    """Killed while it reads and while it imports; two windows on the same import see the same."""
    many = CLEAR.split(b"\n")[0] + b"\n"
    many += b"".join(b"m%05d,completed,2026-02-03T10:00:00Z,60\n" % number for number in range(12_000))
    _choose(own_page, own_world, many)
    expect(own_page.locator("[data-state=reading], [data-state=asking], [data-state=ready]")).to_be_visible()
    own_world.server.kill()
    own_world.server.start()
    expect(own_page.locator("[data-state=asking], [data-state=ready]").first).to_be_visible(timeout=60_000)
    other = own_page.context.new_page()
    other.goto(own_page.url)
    if own_page.get_by_label("Import although").count():
        own_page.get_by_label("Import although").check()
    own_page.get_by_role("button", name="Import 12,000 calls").click()
    expect(own_page.locator("[data-state=importing]")).to_be_visible()
    own_world.server.kill()
    own_world.server.start()
    for page in (own_page, other):
        expect(page.locator(DONE)).to_be_visible(timeout=90_000)
    told = _numbers(own_world)
    assert (told["total_calls"], told["avg_duration_seconds"]) == (12_000, 60.0)


def test_a_viewer_sees_no_such_page_and_a_member_does(browser: Browser, world: World):
    """Neither in the navigation nor behind the address."""
    for role, seen in (("viewer", 0), ("member", 1)):
        _, token = world.token(role)
        with opened(browser, world.url) as (page, _):
            let_in(page, world.url, token)
            page.goto(IMPORTS)
            expect(page.get_by_role("heading", name="Import", exact=True)).to_be_visible()
            expect(page.get_by_role("link", name="Import", exact=True)).to_have_count(seen)
            expect(page.locator("input[type=file]")).to_have_count(seen)
