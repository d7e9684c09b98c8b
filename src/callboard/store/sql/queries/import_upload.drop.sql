-- Delete an upload whose parts are deleted.
DELETE FROM import_upload
WHERE org_id = :org_id AND upload_id = :upload_id
