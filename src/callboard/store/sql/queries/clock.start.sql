-- The clock of a new organization: its first numbers.
INSERT INTO organization_clock (org_id, version, next_item, next_event, next_batch, next_delta)
VALUES (:org_id, 0, 1, 1, 1, 1)
