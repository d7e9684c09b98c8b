-- When a task's present attempt took its present status. Folding rows anew fills it (`fold/version.py`).

ALTER TABLE task ADD COLUMN status_since INTEGER;
