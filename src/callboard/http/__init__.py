"""EDGE: requests in, answers out.

`application` takes a request; the analytics endpoint it answers itself (`short_path`), everything else goes
down `pipeline`, whose steps are the checks of the reference in their order, over the one table of
`endpoints`. What each endpoint does is in `routes/`, one resource a file; `openapi` describes the table.
"""
