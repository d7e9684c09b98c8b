-- What an organization hands out next; whoever reads this is about to write.
SELECT version, next_item, next_event, next_batch, next_delta, settled
FROM organization_clock
WHERE org_id = :org_id
