"""The parts of the pages about platforms that follow from the program: made by running it, never by hand.

`python -m tests.connect.pages` writes them into the pages below their headings; a test compares.
"""

from __future__ import annotations

import re
import tempfile
import textwrap
from pathlib import Path
from typing import Final

from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.connect.fields import filled
from tests.connect.proofs import proof_of
from tests.connect.sent import table_of
from tests.connect.shell import Shell, Shown, of_platform, refused_and_quarantined
from tests.connect.words import ANY, tables_of
from tests.pages import DOCS
from tests.platforms.manifests import OWN, scenarios_of

FOLDER: Final = DOCS / "how-to" / "connect"
INDEX: Final = FOLDER / "README.md"
FOLLOWS: Final = (
    "`call_duration` is not told. It follows from `start_time` and `end_time` where both are known."
)
NOTHING: Final = (
    "`callboard hook list` says how many deliveries were taken, refused (401) and put into quarantine, and "
    "`callboard hook test` what the last refused one was checked against: "
    "[a refused delivery](README.md#a-refused-delivery), "
    "[one in quarantine](README.md#a-delivery-in-quarantine)."
)
PULLED: Final = (
    "A call whose end was lost is asked for at the list API of {title}: "
    "[`callboard reconcile`](../find-lost-ends.md) does so, and finds calls of which nothing came, too."
)
NOT_PULLED: Final = (
    "No pull yet: Callboard does not ask {title} for what was lost. A call whose end never came is listed in "
    "[attention](../../reference/reports.md) once it is older than the limit of live calls of its space."
)
TABLE: Final = (
    "A table (CSV, TSV) is read by [`callboard import FILE --format {format}`]"
    "(../../reference/import.md#files-of-platforms): {made_by}. It needs the columns {needed}. What they "
    "mean is told by {told_by}."
)
NO_TABLE: Final = (
    "Callboard knows no table (CSV) that {title} exports: [`callboard import FILE --guess`]"
    "(../../reference/import.md#guessing) reads such a file. JSON is read by `--format {format}`."
)
REFUSED: Final = (
    "It was answered 401 and counted nothing. `hook test` says why, and what the signature was checked "
    "against; the log says the same. Nearly always it is the URL, the secret, or something on the way that "
    "changes bodies."
)
QUARANTINED: Final = (
    "It is proved, and could not be read or mapped: answered 200, kept for 30 days, and counted once it is "
    "replayed. A newer version may know the word. "
    "`callboard quarantine show` shows the delivery without its secrets, "
    "`callboard quarantine drop` forgets it. Where the settings of the hook were wrong, as a template, make "
    "another hook in the same space: `callboard quarantine replay ID --hook NEW` reads the delivery by it. "
    "What came to a revoked hook can be replayed, too."
)
REAL: Final = {
    "kamailio": "Calls of SIPp were placed through a Kamailio 5.6.3 whose script has the lines above and "
    "knows nothing else of Callboard: answered, busy, declined, not found, not answered, cancelled, to a "
    "next hop that is dead, and to two telephones, at once and in turn. A test pastes these lines and places "
    "such calls again, and finds exactly those in the call logs and the analytics.",
}
"""Platform → what was tried with the platform itself."""


def page_of(name: str) -> Path:
    """The page of a platform."""
    return FOLDER / f"{name.replace('_', '-')}.md"


def sections(name: str, shell: Shell) -> dict[str, str]:
    """Heading → what must stand below it, of the page of a platform."""
    platform = PLATFORMS[name]
    run = of_platform(shell, name)
    return {
        "Create the hook": _created(run.created),
        "See the first calls": _counted(run.deliveries, run.counted),
        "What is read": table_of(name),
        "What its words mean": _words(platform),
        "What is filled": _filled(name),
        "What proves a delivery": proof_of(platform),
        "What comes late or never": _pulled(platform),
        "When nothing is counted": fill(NOTHING),
        "What was tried": _tried(name),
    }


def index_sections(shell: Shell) -> dict[str, str]:
    """Heading → what must stand below it, of the index."""
    refused, quarantined = refused_and_quarantined(shell)
    return {
        "The platforms": _platforms(),
        "A refused delivery": f"{fill(REFUSED)}\n\n{_shown(refused)}",
        "A delivery in quarantine": f"{fill(QUARANTINED)}\n\n{_shown(quarantined)}",
    }


def fill(text: str) -> str:
    """A paragraph in lines of our width; what stands in `code` marks or is a link stays on one."""
    whole = re.sub(r"`[^`]*`|\[[^]]*\]\([^)]*\)", lambda found: found[0].replace(" ", "\0"), text)
    return textwrap.fill(whole, 118, break_on_hyphens=False, break_long_words=False).replace("\0", " ")


def _created(made: list[Shown]) -> str:
    first, *later = made
    told = f"```sh\n{_broken(first.command)}\n```\n\nIt prints what to paste where:\n\n"
    told += f"```text\n{first.printed}\n```"
    for each in later:
        told += f"\n\nOnce the secret is shown there:\n\n```sh\n{each.command}\n```"
    return told


def _counted(deliveries: int, shown: list[Shown]) -> str:
    many = "the first delivery" if deliveries == 1 else f"the first {deliveries} deliveries"
    return f"After {many} of a test:\n\n{_shown(shown)}"


def _shown(shown: list[Shown]) -> str:
    return "\n\n".join(f"```sh\n{each.command}\n```\n\n```text\n{each.printed}\n```" for each in shown)


def _broken(command: str) -> str:
    """A long command, an option a line."""
    return command if len(command) < 100 else command.replace(" --se", " \\\n  --se")


def _words(platform: Platform) -> str:
    tables = "\n\n".join(tables_of(platform))
    told = "The first row that fits counts. "
    if ANY in tables:
        told += f"`{ANY}` is any text. "
    if any(r"\d" in row[0] for table in platform.words.values() for row in table.rows):
        told += "`x` is any digit. "
    if any("(:.*)?" in row[0] for table in platform.words.values() for row in table.rows):
        told += "A word stands for itself with `:` and more, too. "
    return f"{told.strip()}\n\n{tables}"


def _filled(name: str) -> str:
    if name == "generic":
        return "Every field of [events](../../reference/events.md) that you send."
    by_delivery, by_list, never = filled(name)
    told = fill(f"By deliveries: {_names(by_delivery)}.")
    if by_list:
        told += "\n\n" + fill(f"Only by its list or its files: {_names(by_list)}.")
    if "call_duration" in never:
        never.remove("call_duration")
        told += "\n\n" + fill(FOLLOWS)
    return f"{told}\n\n{fill(f'Never: {_names(never)}.')}"


def _names(fields: list[str]) -> str:
    return ", ".join(f"`{each}`" for each in fields)


def _pulled(platform: Platform) -> str:
    if platform.name == "generic":
        return "No pull: send again what was not answered by 200. What came already changes nothing."
    told = (PULLED if platform.pulled else NOT_PULLED).format(title=platform.title)
    return f"{fill(told)}{_files(platform)}"


def _files(platform: Platform) -> str:
    """What is said of the tables that a platform exports."""
    format_ = platform.name.replace("_", "-")
    if (export := platform.export) is not None:
        needed = ", ".join(f"`{export.heading(each)}`" for each in export.needed)
        told = TABLE.format(format=format_, made_by=export.made_by, needed=needed, told_by=export.told_by)
    elif platform.tables:
        return ""
    else:
        told = NO_TABLE.format(format=format_, title=platform.title)
    return f"\n\n{fill(told)}"


def _tried(name: str) -> str:
    scenarios = scenarios_of(OWN, "twilio" if name == "signalwire" else name)
    deliveries = sum(len(each.sent) for each in scenarios)
    also = ", as Twilio's" if name == "signalwire" else ""
    told = (
        f"Replayed{also}: {deliveries} deliveries and rows of {len(scenarios)} scenarios, {_signed(name)}, "
    )
    told += "in any order and twice."
    if name in REAL:
        return f"{fill(REAL[name])}\n\n{fill(told)}"
    if name != "generic":
        told += f" Nothing was tried with {OWN_SERVERS.get(name, 'an account there')}."
    return fill(told)


def _signed(name: str) -> str:
    scheme = PLATFORMS[name].signature.scheme
    if scheme in ("header", "firehose", "body-token", "path"):
        return "with the secret where the platform sends it"
    if scheme in CHECKED:
        return "with real signatures, which are held against the vendor's own package"
    return "with real signatures"


def _platforms() -> str:
    rows = ["| Platform | Name | Live | Pulled |", "| --- | --- | --- | --- |"]
    for name, platform in PLATFORMS.items():
        live = "at the end" if name in ONLY_ENDS else "yes"
        pulled = "yes" if platform.pulled else ""
        link = f"[{platform.title}]({page_of(name).name})"
        rows.append(f"| {link} | `{name.replace('_', '-')}` | {live} | {pulled} |".replace("|  |", "| |"))
    return "\n".join(rows)


CHECKED: Final = ("twilio", "plivo", "retell", "elevenlabs", "livekit", "telnyx", "vonage", "standard")
"""Schemes of signatures that `tests/platforms/test_against_vendors.py` holds against a package."""
OWN_SERVERS: Final = {
    "asterisk": "an Asterisk that runs",
    "freeswitch": "a FreeSWITCH that runs",
    "vicidial": "a ViciDial that runs",
}
"""Platforms that run on the user's own machine."""
ONLY_ENDS: Final = ("elevenlabs", "bland", "amazon_connect", "freeswitch", "asterisk", "unpod")
"""Platforms whose deliveries tell of a call when it is over, as they are set up here."""


def written(text: str, made: dict[str, str]) -> str:
    """A page with its made parts below their headings. Raises `ValueError` for a heading that it lacks."""
    for heading, part in made.items():
        parts = re.split(rf"(?ms)^## {re.escape(heading)}\n.*?(?=^## |\Z)", text)
        if len(parts) != 2:
            raise ValueError(f"no heading, or several: ## {heading}")
        text = f"{parts[0]}## {heading}\n\n{part}\n\n{parts[1]}"
    return text.rstrip() + "\n"


def main() -> None:
    """Write all pages anew."""
    with tempfile.TemporaryDirectory() as folder:
        for name in PLATFORMS:
            shell = Shell(Path(folder, name))
            page = page_of(name)
            page.write_text(written(page.read_text("utf-8"), sections(name, shell)), "utf-8")
        made = index_sections(Shell(Path(folder, "index")))
        INDEX.write_text(written(INDEX.read_text("utf-8"), made), "utf-8")


if __name__ == "__main__":
    main()
