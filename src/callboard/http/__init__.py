"""EDGE: requests in, answers out.

`application` takes a request. It answers the analytics endpoint from memory where it can (`short_path`);
everything else goes through `pipeline`, which runs the checks of the reference in their order, driven by the
table in `endpoints`. The handlers are in `routes/`, one resource per file; `openapi` describes the table.
"""
