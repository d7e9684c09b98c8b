"""New numbers update the existing drawing: the reader keeps what is selected."""

from __future__ import annotations

from itertools import count

from playwright.sync_api import Page, expect

from tests.board.asked import answer_otherwise
from tests.board.pages import LIVE, PAGES
from tests.board.world import HANDLE, World

OVERVIEW = PAGES["overview"]
UPDATES = 80
_numbers = count(1)
GROWING = """
(() => {
  let answers = 0;
  return (url, body) => {
    if (url.searchParams.get('compare') !== 'previous' || url.searchParams.has('group_by')) return body;
    answers += 1;
    body.data.previous.partial = false;
    for (const one of body.data.series) {
      one.totals.total_calls += answers;
      one.previous.totals.total_calls += answers;
      one.values.total_calls = one.values.total_calls.map((count) => count + answers);
    }
    return body;
  };
})()
"""
"""Each answer has one call more than the one before, in each bucket and in the period before, which is
known whole: a change is made of it."""


def test_80_of_80_updates_keep_pointer_tooltip_and_keys(admin_page: Page, world: World):
    """The drawing stays the same one; what the pointer or the keys chose is said anew."""
    answer_otherwise(admin_page, GROWING)
    admin_page.goto(OVERVIEW.path(HANDLE) + "&period=7d")
    plot = admin_page.locator(".plot")
    expect(plot.locator("canvas")).to_be_visible()
    expect(admin_page.locator(LIVE)).to_be_visible()
    admin_page.evaluate("window.drawn = document.querySelector('.plot canvas')")
    said, tip = admin_page.locator(".legend .at"), admin_page.locator("#meaning")

    # The pointer on a bar, and a term's meaning called up by the keyboard.
    admin_page.locator(".stats button.term").first.focus()
    box = plot.bounding_box()
    assert box is not None
    admin_page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    pointed = said.inner_text().split(" · ")[0]
    assert "calls" not in pointed
    meaning = tip.inner_text()
    kept = sum(
        _kept(admin_page, world, pointed) and tip.is_visible() and tip.inner_text() == meaning
        for _ in range(UPDATES // 2)
    )

    # A bar chosen by the keys, and the pointer on a change, whose words are new each time.
    admin_page.locator(".stats [role=note]").first.hover()
    plot.focus()
    admin_page.keyboard.press("Home")
    admin_page.keyboard.press("ArrowRight")
    admin_page.keyboard.press("ArrowRight")
    chosen = said.inner_text().split(" · ")[0]
    assert "calls" not in chosen
    for _ in range(UPDATES // 2):
        words = tip.inner_text()
        kept += _kept(admin_page, world, chosen) and tip.is_visible() and tip.inner_text() != words
    assert kept == UPDATES
    assert admin_page.evaluate("window.drawn.isConnected"), "the chart was built anew"


def _kept(page: Page, world: World, label: str) -> bool:
    """After one more answer: whether the bar of that label is still the one that is spoken of."""
    before = page.locator("[data-metric=total_calls]").inner_text()
    world.send({"type": "call", "call_id": f"update-{next(_numbers)}", "call_status": "completed"})
    expect(page.locator("[data-metric=total_calls]")).not_to_have_text(before)
    return page.locator(".legend .at").inner_text().startswith(f"{label} · ")
