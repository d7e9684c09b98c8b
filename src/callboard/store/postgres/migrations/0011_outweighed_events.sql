-- What does not count, because a later import has the say, is found by its call or task, and what an import repeated by
-- its number: both count again when an import is undone.

CREATE INDEX event_outweighed ON event (org_id, item_no) WHERE withdrawn = 1;
CREATE INDEX event_repeat_by_batch ON event_repeat (org_id, batch_no, item_no);
