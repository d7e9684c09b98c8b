"""Reports: plan which cells or rows a query needs, read their sums, and turn them into an answer."""
