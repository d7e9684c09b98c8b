-- what_changed: on a cluster, what changed on one node since it was asked last. It is called on the node, and reads the
-- shards there: one statement, however many organizations are asked for.

CREATE FUNCTION what_changed(seen TEXT, shards BIGINT[], ids BIGINT[], versions BIGINT[])
RETURNS TEXT LANGUAGE plpgsql AS $body$
DECLARE
    home NAME;
    -- Equal texts mean equal visible data. Read before the rows, which are read anew by each statement: they may be
    -- newer, and are then read once more.
    state TEXT := pg_postmaster_start_time()::TEXT || ' ' || pg_current_snapshot()::TEXT;
    here BIGINT[];
    clocks TEXT;
    changed RECORD;
    sums REGCLASS;
    found JSON;
    told JSON[] := '{}';
BEGIN
    IF state = seen THEN
        RETURN json_build_array(state, told, told);
    END IF;
    -- Whatever the search path is on this node.
    SELECT pg_namespace.nspname INTO home
    FROM pg_dist_shard
    JOIN pg_class ON pg_class.oid = pg_dist_shard.logicalrelid
    JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
    WHERE pg_dist_shard.shardid = ANY (shards)
    LIMIT 1;
    -- Where a shard has moved away its table may linger, with rows of before.
    SELECT coalesce(array_agg(DISTINCT asked.shard), '{}') INTO here
    FROM unnest(shards) AS asked (shard)
    JOIN pg_dist_placement AS placed ON placed.shardid = asked.shard
    JOIN pg_dist_local_group AS own ON own.groupid = placed.groupid;
    SELECT string_agg(
        format('SELECT %s::BIGINT AS shard, org_id, version FROM %I.organization_clock_%s', shard, home, shard),
        ' UNION ALL '
    ) INTO clocks FROM unnest(here) AS shard;
    IF clocks IS NOT NULL THEN
        FOR changed IN EXECUTE format(
            'SELECT held.shard, array_agg(held.org_id) AS ids, array_agg(asked.version) AS versions '
            'FROM unnest($1, $2) AS asked (org_id, version) JOIN (%s) AS held ON held.org_id = asked.org_id '
            'WHERE held.version <> asked.version GROUP BY held.shard',
            clocks
        ) USING ids, versions LOOP
            SELECT format('%I.totals_%s', home, totals.shardid)::REGCLASS INTO sums
            FROM pg_dist_shard AS clock
            JOIN pg_dist_shard AS totals
                ON totals.shardminvalue = clock.shardminvalue
                AND totals.logicalrelid = format('%I.totals', home)::REGCLASS
            WHERE clock.shardid = changed.shard;
            EXECUTE format(
                'SELECT json_agg(json_build_array(held.org_id, held.version, totals.space_id, totals.version, '
                'calls_queued, calls_ringing, calls_in_progress, calls_completed, calls_missed, calls_failed, '
                'completed_timed, completed_talk_ms, tasks_pending, tasks_running, tasks_completed, tasks_failed, '
                'answered_calls, answered_final)) '
                'FROM unnest($1, $2) AS asked (org_id, version) '
                'JOIN %I.organization_clock_%s AS held ON held.org_id = asked.org_id '
                'LEFT JOIN %s AS totals ON totals.org_id = held.org_id AND totals.version > asked.version',
                home, changed.shard, sums
            ) INTO found USING changed.ids, changed.versions;
            told := told || found;
        END LOOP;
    END IF;
    RETURN json_build_array(
        state,
        told,
        coalesce(
            (
                SELECT json_agg(asked.org_id)
                FROM unnest(ids, shards) AS asked (org_id, shard)
                WHERE asked.shard <> ALL (here)
            ),
            '[]'::JSON
        )
    );
END
$body$;
