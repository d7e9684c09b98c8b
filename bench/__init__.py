"""Benchmarks, measured side by side in one run: `python -m bench`. README.md says how each is measured."""
