"""A backup made as the page says, while a server is fed, is a store of one moment."""

from __future__ import annotations

from typing import Any

from tests.acceptance.campaign import call, new_campaign
from tests.acceptance.command import done
from tests.acceptance.server import Server
from tests.pages import DOCS, examples


def test_a_backup_of_a_store_in_use_is_whole_and_of_one_moment(tmp_path):
    """The page's Python copies what was acknowledged before; the copy has no drift and is served."""
    [code] = [each.text for each in examples(DOCS / "operate" / "backup.md") if each.language == "python"]
    told: dict[str, Any] = {"__name__": "a page"}
    exec(code, told)
    campaign = new_campaign(tmp_path / "calls.db")
    copy = tmp_path / "copy.db"
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        campaign.send(client, *[call(f"before-{number}") for number in range(500)])
        told["back_up"](campaign.db, copy)
        campaign.send(client, *[call(f"after-{number}") for number in range(500)])
        assert done("verify", "--deep", "--json", db=copy).json["drift"] == 0
        numbers = done("analytics", "--json", db=copy).json["data"]
        assert numbers["total_calls"] == 500
    with Server(copy) as server, campaign.client(server.api) as client:
        again = campaign.send(client, *[call(f"before-{number}") for number in range(500)], call("after-0"))
    assert (again["duplicate"], again["applied"]) == (500, 1)
