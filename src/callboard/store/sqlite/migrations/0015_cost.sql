-- What the platform charges for a call: an amount in millionths, its currency, and the length it is charged for. No event of
-- before carries them.

ALTER TABLE call ADD COLUMN cost_micros INTEGER CHECK (cost_micros >= 0);
ALTER TABLE call ADD COLUMN cost_currency TEXT;
ALTER TABLE call ADD COLUMN billed_ms INTEGER CHECK (billed_ms >= 0);
