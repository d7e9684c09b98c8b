"""`callboard hook reseal` and `new-key`: the keys that the secrets of hooks are encrypted by."""

from __future__ import annotations

import click

from callboard.cli.hook_found import say_shut
from callboard.cli.options import json_option, opened, settings_of, store_options
from callboard.cli.output import progress_bar, show_json


@click.command()
@store_options
def reseal(*, db: str | None, config: str | None, as_json: bool) -> int:
    """Encrypt the secrets of all hooks anew, by the newest key; then older keys may go.

    Secrets that no key opens stay as they are; the exit code is 1 then. --json: {"hooks", "shut"}.
    """
    from callboard.query.secret_box import SecretBox

    settings = settings_of(db, config)
    box, count, shut = SecretBox(settings), 0, []
    with opened(settings) as store, progress_bar("Encrypting") as progress:
        every = [each for owner in store.organizations() for each in store.hooks(owner.id) if each.secrets]
        if every:
            box.check()
        for done, each in enumerate(every, 1):
            opened_ones = [one for one in each.secrets if box.opens(one.sealed)]
            if opened_ones:
                sealed = {one.no: box.reseal(one.sealed) for one in opened_ones}
                store.reseal_hook(each.org_id, each.id, sealed)
            if len(opened_ones) < len(each.secrets):
                shut.append(each.id)
            else:
                count += 1
            progress(done, len(every))
    if as_json:
        show_json({"hooks": count, "shut": shut})
    else:
        print(f"The secrets of {count:,} hooks are encrypted by the newest key.")
        say_shut(shut)
    return 1 if shut else 0


@click.command("new-key")
@json_option
def new_key(*, as_json: bool) -> None:
    """Print a new key for CALLBOARD_SECRET_KEY, or for the file of CALLBOARD_SECRET_KEY_FILE.

    --json: {"key"}.
    """
    from callboard.query import secret_box

    key = secret_box.new_key()
    if as_json:
        show_json({"key": key})
        return
    print(key)
