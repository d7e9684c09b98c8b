-- Let a delivery out of quarantine.
DELETE FROM quarantine
WHERE org_id = :org_id AND quarantine_id = :quarantine_id
