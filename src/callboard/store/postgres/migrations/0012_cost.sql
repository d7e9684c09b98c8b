-- What the platform charges for a call: an amount in millionths, its currency, and the length it is charged for. No event of
-- before carries them.

ALTER TABLE call ADD COLUMN cost_micros BIGINT;
ALTER TABLE call ADD COLUMN cost_currency TEXT COLLATE "C";
ALTER TABLE call ADD COLUMN billed_ms BIGINT;

-- Of their own and by name: Citus adds no column together with a check of it.
ALTER TABLE call ADD CONSTRAINT call_cost_micros_check CHECK (cost_micros >= 0);
ALTER TABLE call ADD CONSTRAINT call_billed_ms_check CHECK (billed_ms >= 0);
