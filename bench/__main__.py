"""`python -m bench [names] [--short]`: all benches, or those named."""

from __future__ import annotations

import argparse
import importlib
import time

NAMES = (
    "analytics",
    "pages",
    "ingest",
    "singles",
    "deliveries",
    "imports",
    "imports_memory",
    "memory",
    "reports",
    "budgets",
    "live",
    "growth",
    "web",
    "postgres_ingest",
    "postgres_analytics",
    "peers",
    "workers",
    "citus",
)


def main() -> None:
    """Run them one after the other: two at once would measure each other."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of: {', '.join(NAMES)} (none: all)")
    parser.add_argument(
        "--short", action="store_true", help="small files and few rounds: does it run at all?"
    )
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.names if name not in NAMES]:
        parser.error(f"no bench {unknown[0]}: there are {', '.join(NAMES)}")
    for name in chosen.names or NAMES:
        began = time.monotonic()
        print(f"{name}", flush=True)
        importlib.import_module(f"bench.{name}").measure(short=chosen.short)
        print(f"  took {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
