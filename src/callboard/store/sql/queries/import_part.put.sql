-- Keep a part of an upload, in place of the same part sent before.
INSERT INTO import_part (org_id, upload_id, part, body)
VALUES (:org_id, :upload_id, :part, :body)
ON CONFLICT (org_id, upload_id, part) DO UPDATE SET body = excluded.body
