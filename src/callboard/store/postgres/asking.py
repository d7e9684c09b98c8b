"""Questions of several organizations in few statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callboard.store.postgres.database import PostgresDatabase
from callboard.store.postgres.statements import Statement, statement
from callboard.store.sql.database import Answer, SqlRow, Values

ORGANIZATION = "org_id"


class Asking(PostgresDatabase):
    """Gathers questions by their statement until the first answer is read, and asks each statement once for
    all organizations then; in the order in which the statements were first asked for. Not for Citus, where a
    statement is about one organization.

    A question that is asked so has two values: the organization, and at most one list, of what is looked up.
    """

    __slots__ = ("_answers", "_waiting")

    def __init__(self, db: PostgresDatabase) -> None:
        super().__init__(db.connection, routed=False)
        self._waiting: dict[str, list[Mapping[str, Any]]] = {}
        self._answers: dict[str, dict[int, list[SqlRow]]] = {}

    def ask(self, name: str, values: Values = ()) -> Answer:
        assert isinstance(values, Mapping)
        self._waiting.setdefault(name, []).append(values)
        return lambda: self._answer(name, values[ORGANIZATION])

    def _answer(self, name: str, org_id: int) -> list[SqlRow]:
        if self._waiting:
            self._ask_all()
        return self._answers[name].pop(org_id, [])

    def _ask_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        asked = {name: self._ask_several(name, questions) for name, questions in waiting.items()}
        for name, answer in asked.items():
            found: dict[int, list[SqlRow]] = {}
            for org_id, *row in answer():
                found.setdefault(org_id, []).append(tuple(row))
            self._answers[name] = found

    def _ask_several(self, name: str, questions: list[Mapping[str, Any]]) -> Answer:
        organizations: list[int] = []
        wanted: list[Any] = []
        key = next((key for key in questions[0] if key != ORGANIZATION), None)
        for values in questions:
            looked_up = [None] if key is None else values[key]
            organizations += [values[ORGANIZATION]] * len(looked_up)
            wanted += looked_up
        return super().ask(name, {"orgs": organizations} | ({} if key is None else {key: wanted}))

    def _statement(self, name: str) -> Statement:
        return statement(name, routed=False, several=True)
