"""What was counted in any slot is told from every slot, in a format that scrapers read."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from callboard.http.metering import BOUNDS_NS, layout
from callboard.telemetry.exposition import Family, Sample, exposition
from callboard.telemetry.meter import Declared, Layout, Meter, make_shared

LAYOUT = Layout(
    Declared(name="asked_total", kind="counter", help="Asked.", labels=("who",), values=(("ann",), ("ben",))),
    Declared(name="rare_total", kind="counter", help="Rare.", labels=("x",), values=(("1",),), sparse=True),
    Declared(name="waiting", kind="gauge", help="PendingBatch."),
    Declared(name="took_seconds", kind="histogram", help="Took.", bounds_ns=(1_000_000, 1_000_000_000)),
)


def read(meter: Meter) -> dict[tuple[str, ...], float]:
    """What a scraper finds: (name, *label values) → value."""
    found = text_string_to_metric_families(exposition(meter.families()).decode())
    return {(each.name, *each.labels.values()): each.value for family in found for each in family.samples}


def shared(folder: Path, slots: int) -> list[Meter]:
    path = folder / "counts"
    make_shared(LAYOUT, path, slots)
    return [Meter.shared(LAYOUT, path, slot) for slot in range(slots)]


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["ann", "ben"]), st.integers(0, 3_000_000_000)),
        max_size=30,
    )
)
def test_every_slot_tells_the_sum_of_all(counted):
    """Whichever worker is scraped; a histogram's buckets are those of a plain count."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        meters = shared(Path(folder), 3)
        for slot, who, ns in counted:
            meters[slot].add("asked_total", who)
            meters[slot].observe("took_seconds", ns=ns)
        told = [read(meter) for meter in meters]
        assert told[0] == told[1] == told[2]
        for who in ("ann", "ben"):
            assert told[0]["asked_total", who] == sum(each[1] == who for each in counted)
        for bound, shown in ((1_000_000, "0.001"), (1_000_000_000, "1"), (1 << 62, "+Inf")):
            assert told[0]["took_seconds_bucket", shown] == sum(each[2] <= bound for each in counted)
        assert told[0]["took_seconds_count",] == len(counted)
        assert told[0]["took_seconds_sum",] == sum(each[2] for each in counted) / 1e9


def test_who_takes_over_a_slot_goes_on_counting(tmp_path: Path):
    """Counters never fall; gauges of one that is gone are gone."""
    first, other = shared(tmp_path, 2)
    first.add("asked_total", "ann", many=5)
    first.set("waiting", to=7)
    other.set("waiting", to=1)
    successor = Meter.shared(LAYOUT, tmp_path / "counts", 0)
    successor.begin()
    successor.add("asked_total", "ann")
    assert read(other)["asked_total", "ann"] == 6
    assert read(other)["waiting",] == 1


def test_what_was_never_counted_is_zero_or_left_out():
    """Zero where an alert looks at it, left out where there would be hundreds of such lines."""
    told = read(Meter.alone(LAYOUT))
    assert told["asked_total", "ben"] == 0
    assert told["took_seconds_count",] == 0
    assert ("rare_total", "1") not in told


@given(st.text(st.characters(codec="utf-8"), max_size=20), st.floats(allow_nan=False))
def test_any_text_of_a_label_is_read_back(text: str, value: float):
    """Quotes, backslashes and line ends are escaped; numbers are exact."""
    body = exposition([Family("a", "gauge", f"Help {text!r}", [Sample({"name": text}, value)])]).decode()
    [family] = text_string_to_metric_families(body)
    [sample] = family.samples
    assert (sample.labels, sample.value) == ({"name": text}, value)


def test_the_number_of_series_is_bounded():
    """Every value of every label is declared: nothing a caller sends makes a line."""
    series = sum(len(metric.values) * metric.width for metric in layout().metrics)
    assert series == layout().cells
    assert layout().cells < 3_000
    assert list(BOUNDS_NS) == sorted(set(BOUNDS_NS))
