-- Record a verification.
INSERT INTO verification (finished_at, deep, repaired, drift)
VALUES (:now, :deep, :repaired, :drift)
