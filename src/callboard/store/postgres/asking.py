"""Questions of several organizations in few statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callboard.store.postgres.database import PostgresDatabase
from callboard.store.postgres.statements import Statement, statement
from callboard.store.sql.database import Answer, SqlRow, Values

ORGANIZATION = "org_id"


class _Question:
    """What is asked of one organization, and the rows of its answer once it is there."""

    __slots__ = ("org_id", "rows", "values")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.org_id: int = values[ORGANIZATION]
        self.values = values
        self.rows: list[SqlRow] | None = None


class Asking(PostgresDatabase):
    """Gathers questions by their statement until an answer of them is read, and asks each statement once for
    all organizations then; in the order in which the statements were first asked for. Not for Citus, where a
    statement is about one organization.

    A question that is asked so has two values: the organization, and at most one list, of what is looked up.
    """

    __slots__ = ("_waiting",)

    def __init__(self, db: PostgresDatabase) -> None:
        super().__init__(db.connection, routed=False)
        self._waiting: dict[str, dict[int, _Question]] = {}
        """Statement → organization → its question."""

    def ask(self, name: str, values: Values = ()) -> Answer:
        assert isinstance(values, Mapping)
        question = _Question(values)
        if question.org_id in self._waiting.get(name, ()):
            self._ask_all()
        self._waiting.setdefault(name, {})[question.org_id] = question
        return lambda: self._answer(question)

    def _answer(self, question: _Question) -> list[SqlRow]:
        if question.rows is None:
            self._ask_all()
        assert question.rows is not None
        return question.rows

    def _ask_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        asked = [(self._ask_several(name, list(of.values())), of) for name, of in waiting.items()]
        for answer, of in asked:
            for question in of.values():
                question.rows = []
            for org_id, *row in answer():
                rows = of[org_id].rows
                assert rows is not None
                rows.append(tuple(row))

    def _ask_several(self, name: str, questions: list[_Question]) -> Answer:
        organizations: list[int] = []
        wanted: list[Any] = []
        key = next((key for key in questions[0].values if key != ORGANIZATION), None)
        for question in questions:
            looked_up = [None] if key is None else question.values[key]
            organizations += [question.org_id] * len(looked_up)
            wanted += looked_up
        return super().ask(name, {"orgs": organizations} | ({} if key is None else {key: wanted}))

    def _statement(self, name: str) -> Statement:
        return statement(name, routed=False, several=True)
