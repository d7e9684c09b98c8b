-- Vacuum by numbers of rows. By a share of the table, the next vacuum of ten million calls comes after two million updates;
-- until then call_live holds an entry of each call that was live, which readers of live calls walk through. Index entries
-- are removed each time: few pages of a large table have dead rows, and vacuum would leave its indexes alone.

ALTER TABLE call SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000, vacuum_index_cleanup = on,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 200000,
    autovacuum_analyze_scale_factor = 0.02
);

ALTER TABLE task SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000, vacuum_index_cleanup = on,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 200000,
    autovacuum_analyze_scale_factor = 0.02
);

ALTER TABLE event SET (
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 500000
);
