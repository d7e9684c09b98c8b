"""The true numbers of the load: the final event of each call, counted by NumPy, without any engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bench import files, load
from bench.peers import Drawn, Rows

NAMES = ("space", "creation_time", "duration_ms", "call_status", "end_reason", "agent")
PERCENTILES = (50, 90, 95, 99)
SECOND_US = 1_000_000
HOUR_S = 3600
DAY_S = 86_400
Columns = dict[str, Any]


class Truth:
    """The final rows in columns, in order of time, and the rows added since."""

    def __init__(self, of: files.Board) -> None:
        held = pq.read_table(of.load, columns=list(NAMES), filters=[("stands", "=", True)])
        self._words: dict[str, dict[str, int]] = {}
        columns = {}
        for name in NAMES:
            column = held[name].combine_chunks()
            if name in {"space", "creation_time", "duration_ms"}:
                columns[name] = column.fill_null(-1).to_numpy().astype(np.int64)
            else:
                encoded = column.dictionary_encode()
                self._words[name] = {str(word): at for at, word in enumerate(encoded.dictionary.to_pylist())}
                columns[name] = encoded.indices.to_numpy().astype(np.int64)
        order = np.argsort(columns["creation_time"], kind="stable")
        self._held: Columns = {name: column[order] for name, column in columns.items()}
        self._added: dict[str, list[int]] = {name: [] for name in NAMES}
        self.calls = len(order)
        self.arrived = pq.ParquetFile(of.load).metadata.num_rows

    def add(self, row: load.Row) -> None:
        """Add a call that was not in the load."""
        fields = dict(zip((field.name for field in load.SCHEMA), row, strict=True))
        for name in NAMES:
            value = fields[name]
            if name in self._words:
                value = self._words[name][str(value)]
            self._added[name].append(-1 if value is None else int(value))

    def __call__(self, question: str, drawn: Drawn) -> Rows:
        """The counts that are not zero, or the percentiles by nearest rank."""
        of = self._within(drawn)
        if question == "hours":
            return self._counted(
                of["call_status"], of["creation_time"], HOUR_S, 0, self._words["call_status"]
            )
        if question in {"days", "days in another zone"}:
            return self._counted(of["space"], of["creation_time"], DAY_S, drawn.offset_us // SECOND_US)
        if question == "last hour":
            return [("", drawn.begin // SECOND_US, len(of["space"]))]
        of_space = of["space"] == drawn.space
        if question == "two filters":
            chosen = of_space & (of["agent"] == self._words["agent"]["renewals"])
            chosen &= of["end_reason"] == self._words["end_reason"]["customer_hangup"]
            times = of["creation_time"][chosen]
            return self._counted(np.zeros_like(times), times, DAY_S, 0, {"": 0})
        completed = of_space & (of["call_status"] == self._words["call_status"]["completed"])
        known = np.sort(of["duration_ms"][completed & (of["duration_ms"] >= 0)])
        return [tuple(int(known[-(-len(known) * share // 100) - 1]) for share in PERCENTILES)]

    def _within(self, drawn: Drawn) -> Columns:
        first, last = np.searchsorted(self._held["creation_time"], (drawn.begin, drawn.end))
        times = np.array(self._added["creation_time"], dtype=np.int64)
        chosen = (times >= drawn.begin) & (times < drawn.end)
        return {
            name: np.concatenate(
                (self._held[name][first:last], np.array(self._added[name], dtype=np.int64)[chosen])
            )
            for name in NAMES
        }

    @staticmethod
    def _counted(
        groups: Any, times: Any, bucket_s: int, aside_s: int, words: dict[str, int] | None = None
    ) -> Rows:
        buckets = (times // SECOND_US + aside_s) // bucket_s
        cells, many = np.unique(groups * 10_000_000 + buckets, return_counts=True)
        named = {at: word for word, at in words.items()} if words else None
        rows: Rows = []
        for cell, calls in zip(cells.tolist(), many.tolist(), strict=True):
            group, bucket = divmod(cell, 10_000_000)
            rows.append((named[group] if named else group, bucket * bucket_s - aside_s, calls))
        return rows
