"""KEEP: the only package that knows SQL. One small interface, one conformance suite, every store."""
