"""Reports: plan which cells or rows answer a question, and lay out the numbers. `Store.sums` adds them up."""
