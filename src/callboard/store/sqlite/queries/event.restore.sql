-- Let an event count that did not. The complement of the checksum of a withdrawn event is its own.
UPDATE event
SET withdrawn = 0, checksum = ~checksum
WHERE org_id = ? AND seq = ? AND withdrawn = 1
