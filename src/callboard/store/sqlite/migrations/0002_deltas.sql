-- Cells in the order in which reports read them, sketches of durations, the contact spaces together, and deltas: the
-- differences of the latest commits, which are merged into cells many at a time.

-- Counters by the catalogue (callboard.fold.catalogue). Space 0 is all contact spaces together, in UTC. Left empty
-- here: `sqlite/migrate.py` fills it from rows in the same commit.
DROP TABLE cell;
CREATE TABLE cell (
    org_id INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    grain TEXT NOT NULL,
    space_id INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    d1 TEXT NOT NULL,
    d2 TEXT NOT NULL,
    d3 TEXT NOT NULL,
    items INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    timed INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    wait_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, counter, grain, space_id, bucket, d1, d2, d3)
) WITHOUT ROWID;

-- Differences that commits made to the counters and that are not merged into cells yet, by the finest key that any
-- counter distinguishes. A reader of cells adds them. At most a few thousand for each organization.
CREATE TABLE delta (
    org_id INTEGER NOT NULL,
    no INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('call', 'task')),
    quarter INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    day INTEGER NOT NULL,
    call_type TEXT NOT NULL,
    call_status TEXT NOT NULL,
    end_reason TEXT NOT NULL,
    agent TEXT NOT NULL,
    talk TEXT NOT NULL,
    wait TEXT NOT NULL,
    status TEXT NOT NULL,
    items INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    timed INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    wait_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, no)
) WITHOUT ROWID;

-- The two counts of the answer rate.
ALTER TABLE totals ADD COLUMN answered_calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN answered_final INTEGER NOT NULL DEFAULT 0;

ALTER TABLE organization_clock ADD COLUMN next_delta INTEGER NOT NULL DEFAULT 1;
