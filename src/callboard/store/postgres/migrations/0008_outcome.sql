-- What a call came to, in the words of the business. No event of before carries it, so no row is folded anew.

ALTER TABLE call ADD COLUMN outcome TEXT COLLATE "C";
