-- Which snapshots tell what changed after one moment and by another?
--
-- Asked: `since` and `until`; either may be missing. A row is one snapshot to read, so that years of others
-- need not be read. For each series they begin with the last look up to `since` that is complete and whole and
-- set nothing aside, which tells about everything; if there is none, with the first look.
--
-- If that look does not list the operations of an assignment, those listed before still count. So for each such
-- assignment the last look that lists some is read too, and later ones that lack the assignment: if it was
-- gone in between, what it held before says nothing about what it holds now.
WITH starts AS (
    SELECT l.org, l.source, l.series, max(l.seen_at) AS seen_at
    FROM dfns_looks AS l
    CROSS JOIN dfns_asked AS q
    WHERE l.is_complete AND l.is_whole AND l.set_aside = 0 AND l.seen_at <= q.since
    GROUP BY l.org, l.source, l.series
),
assigned AS (
    SELECT org, caller, look, source, token_id AS holder, permission_id, operation_count
    FROM dfns_token_assignments
    UNION ALL
    SELECT org, caller, look, source, user_id, permission_id, operation_count
    FROM dfns_user_assignments
),
open_then AS (
    SELECT DISTINCT s.org, s.source, s.series, s.seen_at, a.holder, a.permission_id
    FROM starts AS s
    JOIN dfns_looks AS l
        ON l.org = s.org AND l.source = s.source AND l.series = s.series AND l.seen_at = s.seen_at
    JOIN assigned AS a ON a.org = l.org AND a.caller = l.caller AND a.look = l.look AND a.source = l.source
    WHERE a.operation_count IS NULL
),
earlier AS (
    SELECT
        o.org, o.source, o.series, o.holder, o.permission_id, o.seen_at AS start,
        l.seen_at, max(a.operation_count) AS operation_count
    FROM open_then AS o
    JOIN assigned AS a
        ON a.org = o.org AND a.source = o.source AND a.holder = o.holder AND a.permission_id = o.permission_id
    JOIN dfns_looks AS l ON l.org = a.org AND l.caller = a.caller AND l.look = a.look AND l.source = a.source
    WHERE l.series = o.series AND l.seen_at < o.seen_at
    GROUP BY o.org, o.source, o.series, o.holder, o.permission_id, o.seen_at, l.seen_at
),
last_listed AS (
    SELECT org, source, series, holder, permission_id, start, max(seen_at) AS seen_at
    FROM earlier
    WHERE operation_count IS NOT NULL
    GROUP BY org, source, series, holder, permission_id, start
),
besides AS (
    SELECT l.org, l.caller, l.look
    FROM last_listed AS b
    JOIN dfns_looks AS l
        ON l.org = b.org AND l.source = b.source AND l.series = b.series
        AND l.seen_at >= b.seen_at AND l.seen_at < b.start
    LEFT JOIN earlier AS e
        ON e.org = b.org AND e.source = b.source AND e.series = b.series AND e.holder = b.holder
        AND e.permission_id = b.permission_id AND e.seen_at = l.seen_at
    WHERE e.org IS NULL OR l.seen_at = b.seen_at
)
SELECT l.org, l.caller, l.look
FROM dfns_looks AS l
LEFT JOIN starts AS s ON s.org = l.org AND s.source = l.source AND s.series = l.series
WHERE s.seen_at IS NULL OR l.seen_at >= s.seen_at
UNION
SELECT org, caller, look
FROM besides
