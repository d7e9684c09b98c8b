"""Words as platforms publish them, a table each."""

from typing import Final

from callboard.ingest.sources.words.platforms.agents import AGENTS
from callboard.ingest.sources.words.platforms.carriers import CARRIERS
from callboard.ingest.sources.words.platforms.causes import CAUSES
from callboard.ingest.sources.words.platforms.centres import CENTRES
from callboard.ingest.sources.words.platforms.diallers import DIALLERS
from callboard.ingest.sources.words.platforms.exchanges import EXCHANGES
from callboard.ingest.sources.words.platforms.offices import OFFICES
from callboard.ingest.sources.words.platforms.runners import RUNNERS
from callboard.ingest.sources.words.platforms.yes_no import YES_NO
from callboard.ingest.sources.words.table import Table

PLATFORMS: Final[tuple[Table, ...]] = (
    *EXCHANGES, *CAUSES, *CARRIERS, *DIALLERS, *OFFICES, *CENTRES, *AGENTS, *RUNNERS, *YES_NO
)  # fmt: skip
