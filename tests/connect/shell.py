"""A hook of each platform, made by the commands that its page shows, and calls that its deliveries make."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from click.testing import CliRunner
from msgspec import Struct, structs

from callboard.cli.main import callboard
from callboard.clock import SECOND
from callboard.http.hook_refusals import _record
from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.signatures.checked import Checked, Refusal, Verdict, verify
from callboard.ingest.sources.platforms.taking import batch_of, settings_of, take
from callboard.store.hooks import Hook
from callboard.store.sqlite.store import SqliteStore
from tests.platforms import signing
from tests.platforms.manifests import OWN, RECEIVED, Sent, scenarios_of

PUBLIC: Final = "https://calls.example.com"
SPACE: Final = "spc_8f3a52c1d09be764"
SETTINGS: Final = {
    "plivo": ("timezone=America/New_York",),
    "asterisk": ("timezone=America/New_York", 'inbound_contexts=["from-trunk"]'),
    "freeswitch": ('inbound_contexts=["public"]',),
}
"""Platform → settings of its hook that most need."""
SECRETS_LATER: Final = ("elevenlabs", "aircall")
"""They show the secret only when they know the URL."""
FIRST: Final = {
    "livekit": ("inbound_with_twilio", 4),
    "amazon_connect": ("we_called", 1),
    "asterisk": ("a_transfer_nobody_took", 2),
    "freeswitch": ("a_call_and_its_legs", 3),
    "vicidial": ("a_sale", 2),
    "unpod": ("a_task_and_its_calls", 4),
    "generic": ("our_own_shapes", 1),
}
"""Platform → the scenario whose first deliveries its page shows, and how many of them."""


class Shown(Struct, frozen=True):
    """A command as a page shows it, and what it prints."""

    command: str
    printed: str


class Run(Struct, frozen=True):
    """What the page of a platform shows."""

    created: list[Shown]
    deliveries: int
    counted: list[Shown]


class Shell:
    """A store in a folder, and the command over it in this process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.db = str(folder / "calls.db")
        self.environment = {"CALLBOARD_DB": self.db, "CALLBOARD_PUBLIC_URL": PUBLIC}
        self.run("init", "--yes")
        self.run("space", "create", "--name", "Spring", "--token", SPACE)

    def run(self, *words: str) -> str:
        """What the command prints."""
        done = CliRunner().invoke(callboard, list(words), env=self.environment, catch_exceptions=False)
        assert done.exit_code == 0, f"callboard {' '.join(words)}: {done.output}"
        return done.stdout

    def shown(self, *words: str) -> Shown:
        """A command as pages show it, with what it prints."""
        return Shown(f"callboard {' '.join(map(_word, words))}", _told(self.run(*words)))


def of_platform(shell: Shell, name: str) -> Run:
    """Make a hook of a platform, deliver the calls of its page, and show them."""
    created, url = _created(shell, name)
    store = SqliteStore(shell.db)
    try:
        [hook] = store.hooks(1)
        sent = _deliveries(name, url)
        for each in sent:
            _deliver(store, hook, each)
    finally:
        store.close()
    return Run(created, len(sent), [shell.shown("calls", "--space", SPACE)])


def refused_and_quarantined(shell: Shell) -> tuple[list[Shown], list[Shown]]:
    """What a hook of Twilio shows of a delivery that it refuses, and of one that it cannot read."""
    _, url = _created(shell, "twilio")
    store = SqliteStore(shell.db)
    try:
        [hook] = store.hooks(1)
        [good, *_] = _deliveries("twilio", url)
        other = structs.replace(good.delivery, url=url.replace("https:", "http:"))
        signed = signing.SIGN["twilio"](other.url, other.body, signing.SECRETS["twilio"], 0.0)
        refusal = _verdict(hook, structs.replace(good.delivery, headers=good.delivery.headers | signed))
        assert isinstance(refusal, Refusal)
        store.note_refusals(
            hook.org_id, hook.id, {refusal.kind: 1}, _record(hook, refusal, url.split("/")[-2]), RECEIVED
        )
        refused = [shell.shown("hook", "list"), shell.shown("hook", "test", "1")]
        body = good.delivery.body.replace(b"CallStatus=initiated", b"CallStatus=levitating")
        assert body != good.delivery.body
        taken = take(PLATFORMS["twilio"], structs.replace(good.delivery, body=body), hook, 10)
        store.ingest([batch_of(hook, taken, RECEIVED + SECOND)])
    finally:
        store.close()
    return refused, [shell.shown("quarantine", "list"), shell.shown("quarantine", "replay", "--all")]


def _created(shell: Shell, name: str) -> tuple[list[Shown], str]:
    """The commands that make the hook of a page, and its URL."""
    needed = [each.name for each in PLATFORMS[name].signature.secrets if not (each.ours or each.optional)]
    files = [f"{each}=@{_secret_file(shell, name, each)}" for each in needed]
    given = [word for each in files for word in ("--secret", each)]
    words = ["hook", "create", "--space", SPACE, "--platform", name.replace("_", "-")]
    words += [] if name in SECRETS_LATER else given
    words += [word for each in SETTINGS.get(name, ()) for word in ("--setting", each)]
    printed = shell.run(*words)
    url = re.search(r"https://\S+/hooks/\S+/", printed)
    assert url is not None, printed
    created = [Shown(f"callboard {' '.join(map(_word, words))}", _told(printed))]
    if name in SECRETS_LATER:
        later = ("hook", "rotate", "1", *given)
        shell.run(*later)
        created.append(Shown(f"callboard {' '.join(map(_word, later))}", ""))
    return created, url[0]


def _secret_file(shell: Shell, platform: str, name: str) -> Path:
    path = shell.folder / f"{name}.txt"
    path.write_text(signing.SECRETS[PLATFORMS[platform].signature.scheme][name])
    return path


def _deliveries(name: str, url: str) -> list[Sent]:
    """The deliveries, signed for the URL."""
    scenario, many = FIRST.get(name, ("a_whole_call", 100))
    folder = "twilio" if name == "signalwire" else name
    [found] = [each for each in scenarios_of(OWN, folder) if each.name == f"{folder}/{scenario}"]
    if name == "signalwire":
        found = found.of_platform(name)
    return found.sent_to({name: url}, RECEIVED)[:many]


def _verdict(hook: Hook, delivery: Delivery) -> Verdict:
    signature = PLATFORMS[hook.platform].signature
    return verify(signature, delivery, [signing.SECRETS[signature.scheme]], settings_of(hook))


def _deliver(store: SqliteStore, hook: Hook, sent: Sent) -> None:
    verdict = _verdict(hook, sent.delivery)
    assert isinstance(verdict, Checked), verdict
    taken = take(PLATFORMS[hook.platform], sent.delivery, hook, 1000)
    assert taken.quarantined is None, taken.quarantined
    store.ingest([batch_of(hook, taken, sent.delivery.received_at + SECOND)])


def _told(printed: str) -> str:
    """What was printed, with tokens and secrets in one form."""
    text = printed.rstrip()
    for secret in re.findall(r"^  secret +(\S+)$", text, re.MULTILINE):
        text = text.replace(secret, "whsec_…" if secret.startswith("whsec_") else "SECRET")
    text = re.sub(r"\bcbh_[\w-]+(?=/)", "cbh_…", text)
    text = re.sub(r"\bcbh_[\w-]+(?=…)", "cbh_7Jq2mXb", text)
    text = re.sub(r"\bq[0-9a-f]{15}\b", "q3f9a52c1d09be76", text)
    return "\n".join(line.rstrip() for line in text.splitlines())


def _word(word: str) -> str:
    """An argument as a page shows it."""
    if word == SPACE:
        return "$SPACE"
    name, at, path = word.partition("=@")
    if at:
        return f"{name}=@{Path(path).name}"
    return f"'{word}'" if set(word) & set('[]"') else word
