-- Up to which difference the cells hold all: those before it may stay for a while, for whoever holds sums and
-- moves them on.

ALTER TABLE organization_clock ADD COLUMN settled INTEGER NOT NULL DEFAULT 1;
