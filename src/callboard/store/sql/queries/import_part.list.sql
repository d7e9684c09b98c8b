-- The numbers of the parts that are kept of an upload.
SELECT part
FROM import_part
WHERE org_id = :org_id AND upload_id = :upload_id
ORDER BY part
