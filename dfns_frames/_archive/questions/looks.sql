-- When was each source looked at, and what does the look prove?
--
-- A row is one look: one source, as it answered one caller at one time. Looks can be compared within a series:
-- of one organisation and source and, where a source lists the caller's own items (per_caller), of one caller.
-- Of two looks at the same moment one counts. A look is complete if the source answered in full and every item
-- that was set aside has an id. What a complete look lacks was not there, except for the items that it set
-- aside. Any other look proves only that what it lists was there. Asked: `until`; later looks do not count,
-- even if their snapshot began earlier.
--
-- A listing for each permission or group is whole if these were read in the same snapshot. Otherwise it may
-- have been asked for some of them only, and tells nothing about the others.
WITH aside AS (
    SELECT org, caller, look, source, count(item_id) AS with_id
    FROM dfns_rejected
    GROUP BY org, caller, look, source
),
judged AS (
    SELECT
        s.org,
        s.caller,
        s.look,
        s.source,
        CASE WHEN k.per_caller THEN s.caller ELSE '' END AS series,
        s.fetched_at AS seen_at,
        s.status,
        s.status IN ('ok', 'incomplete') AS is_read,
        s.status = 'ok' AND coalesce(s.rejected_count, 0) <= coalesce(r.with_id, 0) AS is_complete,
        coalesce(s.rejected_count, 0) AS set_aside,
        k.around IS NULL OR p.source IS NOT NULL AS is_whole
    FROM dfns_sources AS s
    CROSS JOIN dfns_asked AS q
    LEFT JOIN dfns_known_sources AS k ON k.source = s.source
    LEFT JOIN dfns_sources AS p
        ON p.org = s.org AND p.caller = s.caller AND p.look = s.look AND p.source = k.around
        AND p.status IN ('ok', 'incomplete')
    LEFT JOIN aside AS r
        ON r.org = s.org AND r.caller = s.caller AND r.look = s.look AND r.source = s.source
    WHERE s.fetched_at IS NOT NULL AND (q.until IS NULL OR s.fetched_at <= q.until)
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY org, source, series, seen_at
            ORDER BY CASE WHEN is_complete THEN 0 WHEN is_read THEN 1 ELSE 2 END, caller, look
        ) AS place
    FROM judged
)
SELECT org, caller, look, source, series, seen_at, status, is_read, is_complete, is_whole, set_aside
FROM ranked
WHERE place = 1
