-- Set the zone of a space's hour and day cells, in the commit that rebuilds these.
UPDATE space
SET cell_zone = :zone, directory_version = :directory_version
WHERE org_id = :org_id AND id = :space_id
