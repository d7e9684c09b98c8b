-- Groups: rows that share group ids are one call. Of a group the head counts; a leg has the id of its head in `leg_of`.
-- `void` of a call says where it is counted: 0 counted, 1 withdrawn, 2 only facts and no status yet, 3 leg, 4 withdrawn
-- with the head of its group. Bit 16 of `time_marks`: its group has too many rows to be one.
-- call_link: the ids of calls that are looked up, of their groups and elsewhere (of at most 255 bytes).
-- group_end: the items of the ends that were said of a whole group, by number, as calls and tasks are.

ALTER TABLE call ADD COLUMN group_ids TEXT COLLATE "C";
ALTER TABLE call ADD COLUMN group_rank BIGINT;
ALTER TABLE call ADD COLUMN leg_of TEXT COLLATE "C";

CREATE TABLE call_link (
    org_id BIGINT NOT NULL,
    space_id BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    no BIGINT NOT NULL,
    PRIMARY KEY (org_id, space_id, kind, value, no)
);

CREATE TABLE group_end (
    org_id BIGINT NOT NULL,
    no BIGINT NOT NULL,
    space_id BIGINT NOT NULL,
    group_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, no)
);

CREATE UNIQUE INDEX group_end_by_id ON group_end (org_id, space_id, group_id);

CREATE INDEX call_by_head ON call (org_id, space_id, leg_of) WHERE leg_of IS NOT NULL;
CREATE INDEX call_without_status ON call (org_id, space_id) WHERE void = 2;
CREATE INDEX call_oversized ON call (org_id, space_id) WHERE void = 0 AND (time_marks & 16) <> 0;

INSERT INTO call_link (org_id, space_id, kind, value, no)
SELECT DISTINCT call.org_id, call.space_id, 'external', it.value #>> '{}', call.no
FROM call, json_each(call.external_ids::JSON) AS it
WHERE call.external_ids IS NOT NULL AND json_typeof(it.value) = 'string' AND octet_length(it.value #>> '{}') <= 255;

-- What a batch repeated goes with its withdrawal, from now on item by item.
DELETE FROM event_repeat
WHERE EXISTS (
    SELECT 1 FROM batch
    WHERE
        batch.org_id = event_repeat.org_id AND batch.no = event_repeat.batch_no AND batch.withdrawn_at IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM event
            WHERE
                event.org_id = batch.org_id AND event.seq BETWEEN batch.first_event AND batch.last_event
                AND event.batch_no = batch.no AND event.withdrawn = 0
        )
);
