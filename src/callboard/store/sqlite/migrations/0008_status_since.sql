-- When a task's current attempt took its current status. The refold after this migration fills it
-- (`fold/version.py`).

ALTER TABLE task ADD COLUMN status_since INTEGER;
