"""The page about growing stores, and its plot, are those of the figures that are kept."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import msgspec

from bench import growth_page
from bench.curves import fitted
from bench.figures import RESULTS
from bench.growth_plot import plot


def test_the_page_and_its_plot_are_written_from_the_figures():
    """`python -m bench.growth_page` writes them anew."""
    report = msgspec.json.decode((RESULTS / "growth.json").read_bytes())
    assert growth_page.PAGE.read_text("utf-8") == growth_page.page(report)
    drawn = growth_page.PLOT.read_text("utf-8")
    assert drawn == plot(report, growth_page.NAMES, growth_page.MOST_OFF)
    assert ET.fromstring(drawn).tag.endswith("svg")


def test_a_curve_leads_on_where_figures_follow_one():
    """It says how far it misses those that do not; two figures make none."""
    curve = fitted([10, 100, 1_000], [20, 200, 2_000])
    assert curve is not None
    assert (round(curve.power, 9), round(curve.worst, 9)) == (1, 1)
    assert round(curve.at(1_000_000)) == 2_000_000
    noisy = fitted([10, 100, 1_000], [20, 100, 2_000])
    assert noisy is not None
    assert noisy.worst > growth_page.MOST_OFF
    assert fitted([10, 100], [20, 200]) is None
    assert fitted([10, 100, 1_000], [0, 1, 2]) is None
