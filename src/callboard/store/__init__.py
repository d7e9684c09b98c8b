"""KEEP: the only package that knows SQL. One small interface; the contract suite runs on every store."""
