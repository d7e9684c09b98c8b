-- space: the version of the directory at which it changed last, so that a process reads again what changed, and not every
-- space of the store.

ALTER TABLE space ADD COLUMN directory_version BIGINT NOT NULL DEFAULT 0;

CREATE INDEX space_by_change ON space (directory_version);
