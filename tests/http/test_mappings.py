"""Saved mappings over HTTP: saved by an import, read by the next, listed, shown and deleted."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from callboard.store.importing import MAPPING_BYTES, MAPPINGS_MAX
from tests.http.board import Board
from tests.http.uploads import CLEAR, act, numbers, read, settled, upload

NEXT = CLEAR.replace(b"\nc", b"\nd").replace(b"2025-11-", b"2025-12-")
MINUTES = {"options": {"duration_unit": "minutes"}}


def saved(board: Board, name: str = "dialler", content: bytes = CLEAR, body: Any = None) -> dict[str, Any]:
    """A mapping, saved by an import of this content."""
    upload_id = upload(board, content)
    found = read(board, upload_id, body)
    act(board, upload_id, "start", {"options": found["plan"], "anyway": True, "save_mapping": name})
    done = settled(board, upload_id)
    assert (done["state"], done["report"]["saved_mapping"]) == ("done", name)
    return found


def ask(board: Board, method: str, name: str = "", token: str | None = None) -> httpx.Response:
    path = f"mappings/{quote(name, safe='')}/" if name else "mappings/"
    return board.ask(method, path, token=token or board.member, org="acme.example")


def by_mapping(
    board: Board, content: bytes, name: str = "dialler", **more: Any
) -> tuple[str, dict[str, Any]]:
    upload_id = upload(board, content)
    return upload_id, read(board, upload_id, {"mapping": name, **more})


def test_tomorrows_file_is_one_word(board: Board) -> None:
    saved(board, body=MINUTES)
    upload_id, found = by_mapping(board, NEXT)
    assert (found["state"], found["doubts"], found["mapping"]) == ("ready", [], "dialler")
    assert (found["options"], found["plan"]["duration_unit"]) == ({}, "minutes")
    assert found["preview"]["avg_duration_seconds"] == 5400.0
    assert "--save-mapping dialler" in found["command"]
    act(board, upload_id, "start", {"options": found["plan"]})
    settled(board, upload_id)
    assert numbers(board) == (6, 4, 5400.0)


def test_a_file_that_is_written_otherwise_asks(board: Board) -> None:
    """Each answer is an option that reads it: another separator, other lines above the table."""
    saved(board)
    cells = b'"' + NEXT.replace(b",", b'";"').replace(b"\n", b'"\n"')
    content = b"December\n\n" + cells.removesuffix(b'"')
    _, found = by_mapping(board, content)
    assert (found["state"], found["rejected"]) == ("asking", 0)
    answers = [each["answers"][0] for each in found["doubts"]]
    assert [(each["option"], each["value"]) for each in answers] == [
        ("--separator", "semicolon"),
        ("--skip-lines", "2"),
    ]
    given = [{"option": each["option"], "value": each["value"]} for each in answers]
    upload_id, found = by_mapping(board, content, answers=given)
    assert (found["state"], found["doubts"]) == ("ready", [])
    act(board, upload_id, "start", {"replace": True})
    settled(board, upload_id)
    assert numbers(board) == (6, 4, 90.0)


def test_they_are_listed_shown_and_deleted(board: Board) -> None:
    saved(board, "zoom/eu?")
    saved(board, "aircall", NEXT)
    listed = ask(board, "GET", token=board.viewer).json()
    assert [each["name"] for each in listed["data"]] == ["aircall", "zoom/eu?"]
    assert (listed["count"], listed["data"][0]["version"], listed["data"][0]["type"]) == (2, 1, "call")
    shown = ask(board, "GET", "zoom/eu?", board.viewer).json()["data"]
    assert shown["options"]["map"]
    assert shown["command"].startswith("callboard import FILE --org acme.example --space TOKEN ")
    assert ask(board, "DELETE", "zoom/eu?", board.viewer).status_code == 403
    assert ask(board, "DELETE", "zoom/eu?").status_code == 200
    assert ask(board, "GET", "zoom/eu?", board.viewer).status_code == 404
    assert numbers(board)[0] == 6


def test_it_is_of_one_organization(board: Board) -> None:
    saved(board)
    foreign: dict[str, Any] = {"token": board.stranger, "org": "other.example"}
    assert board.ask("GET", "mappings/", **foreign).json()["data"] == []
    for method in ("GET", "DELETE"):
        assert board.ask(method, "mappings/dialler/", **foreign).status_code == 404
        assert ask(board, method, "dialler", board.stranger).status_code == 403
    path = f"spaces/{board.elsewhere.token}/imports/"
    said = board.ask("POST", path, token=board.stranger, json={"name": "calls.csv", "size": 1}).json()["data"]
    at = f"{path}{said['id']}/"
    octets = {"Content-Type": "application/octet-stream"}
    board.ask("PUT", f"{at}parts/0/", token=board.stranger, headers=octets, content=b"a")
    refused = board.ask("POST", f"{at}read/", token=board.stranger, json={"mapping": "dialler"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "mapping")
    assert ask(board, "GET", "dialler").status_code == 200


def test_a_file_that_it_does_not_fit_asks(board: Board) -> None:
    """About a new word of the status, as on the command line; the answer is beside the mapping."""
    saved(board)
    content = NEXT.replace(b"d2,missed", b"d2,zzz*")
    upload_id, found = by_mapping(board, content)
    assert (found["state"], found["rejected"]) == ("asking", 1)
    [doubt] = found["doubts"]
    assert "1 of 3 rows do not fit the mapping 'dialler': invalid_status, as line 3" in doubt["message"]
    [answer] = doubt["answers"]
    assert (answer["option"], answer["value"]) == ("--values", "call_status:zzz\\*=…")
    [word] = found["unknown_words"]
    assert (word["value"], word["rows"], word["rejects"]) == (answer["value"], 1, True)
    assert "missed" in word["choices"]
    act(board, upload_id, "start", status=422)
    assert numbers(board)[0] == 3

    given = {"option": "--values", "value": word["value"].replace("…", "missed")}
    found = read(board, upload_id, {"mapping": "dialler", "answers": [given]})
    assert (found["state"], found["rejected"], found["unknown_words"]) == ("ready", 0, [])
    # The word adds to what the mapping read before; another meaning of it would contradict that.
    act(board, upload_id, "start", {"save_mapping": "dialler"})
    assert settled(board, upload_id)["report"]["saved_mapping"] == "dialler"
    assert numbers(board) == (6, 4, 90.0)
    assert ask(board, "GET", "dialler").json()["data"]["version"] == 2

    upload_id, _ = by_mapping(board, NEXT.replace(b"d2,missed", b"d5,zzz*"))
    other = {"option": "--values", "value": word["value"].replace("…", "failed")}
    read(board, upload_id, {"mapping": "dialler", "answers": [other]})
    refused = act(board, upload_id, "start", status=422)
    assert refused["errors"][0]["field"] == "replace"
    assert "The mapping 'dialler' has read files by other options before (b2)" in refused["message"]


def test_a_column_that_is_gone_is_asked_for(board: Board) -> None:
    saved(board)
    upload_id, found = by_mapping(board, NEXT.replace(b"talk_seconds", b"spoken"))
    assert (found["state"], found["missing"]) == ("asking", ["call_duration"])
    [doubt] = found["doubts"]
    assert doubt["answers"][0]["value"] == "call_duration=…"
    act(board, upload_id, "start", {"anyway": True}, status=422)
    given = {"option": "--map", "value": "call_duration=spoken"}
    found = read(board, upload_id, {"mapping": "dialler", "answers": [given]})
    assert (found["state"], found["preview"]["avg_duration_seconds"]) == ("ready", 90.0)


def test_an_option_beside_it_overrides_it_also_by_its_default(board: Board) -> None:
    saved(board, content=CLEAR.replace(b"c2,", b"c1,"), body={"options": {"legs": True}})
    _, found = by_mapping(board, NEXT, options={"legs": False})
    assert not found["plan"].get("legs")
    _, found = by_mapping(board, NEXT)
    assert found["plan"]["legs"] is True


def test_what_is_no_mapping_is_refused(board: Board) -> None:
    saved(board)
    tasks = b"task_id,status,created\nt1,completed,2025-11-07T10:00:00Z\n"
    for name, of in (("other", {}), ("a\x00b", {}), ("ä" * 60, {}), ("dialler", {"type": "task"})):
        upload_id = upload(board, tasks, **of)
        refused = act(board, upload_id, "read", {"mapping": name}, status=422)
        assert refused["errors"][0]["field"] == "mapping"


@pytest.mark.parametrize("name", ["", " \n", "a\x7fb", "ä" * 33, "x" * 65])
def test_a_name_that_may_not_be_imports_nothing(board: Board, name: str) -> None:
    upload_id = upload(board, CLEAR)
    read(board, upload_id)
    act(board, upload_id, "start", {"save_mapping": name}, status=422)
    assert settled(board, upload_id)["state"] == "ready"
    assert numbers(board)[0] == 0


def test_one_too_many_or_too_large_imports_nothing(board: Board) -> None:
    upload_id = upload(board, CLEAR)
    nulls = [f"agent:{number:07}" for number in range(MAPPING_BYTES // 14)]
    read(board, upload_id, {"options": {"null": nulls[:2000], "set": [f"metadata.x={'y' * MAPPING_BYTES}"]}})
    refused = act(board, upload_id, "start", {"anyway": True, "save_mapping": "new"}, status=422)
    assert "a mapping holds at most 65,536" in refused["message"]
    for number in range(MAPPINGS_MAX):
        board.store.save_mapping(board.acme.id, f"m{number}", "{}", board.now)
    read(board, upload_id)
    refused = act(board, upload_id, "start", {"save_mapping": "new"}, status=422)
    assert refused["errors"][0]["field"] == "save_mapping"
    act(board, upload_id, "start", {"save_mapping": "m7"})
    assert settled(board, upload_id)["report"]["saved_mapping"] == "m7"


def test_an_import_without_a_good_row_saves_none(board: Board) -> None:
    upload_id = upload(board, CLEAR)
    found = read(board, upload_id, {"options": {"map": ["creation_time=agent"]}})
    assert found["rejected"] == 3
    act(board, upload_id, "start", {"anyway": True, "save_mapping": "dialler"})
    assert settled(board, upload_id)["report"].get("saved_mapping") is None
    assert ask(board, "GET", "dialler").status_code == 404


def test_a_stale_page_starts_nothing_by_another_mapping(board: Board) -> None:
    """Read by another mapping meanwhile, with the same options beside it."""
    saved(board)
    upload_id = upload(board, CLEAR)
    read(board, upload_id, {"mapping": "dialler"})
    act(board, upload_id, "start", {"options": {}}, status=409)
