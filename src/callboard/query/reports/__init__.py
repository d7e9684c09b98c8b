"""Reports: a question → which cells or rows answer → numbers. Pure planning; `Store.sums` counts."""
