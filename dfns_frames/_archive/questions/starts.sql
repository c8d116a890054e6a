-- From which look on can be told what changed after a moment?
--
-- Asked: `since`. One row: `start`, the earliest look that has to be read, so that years of looks before it
-- need not be. Of each series that is the last complete look up to the moment that set nothing aside; or the
-- first look of all, if there is none, or if it leaves open what an assignment contains that was listed
-- before: then what was listed counts.
WITH complete AS (
    SELECT l.org, l.source, l.series, max(l.seen_at) AS seen_at
    FROM dfns_looks AS l
    CROSS JOIN dfns_asked AS q
    WHERE l.is_complete AND l.set_aside = 0 AND l.seen_at <= q.since
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
    SELECT c.org, c.source, c.series, c.seen_at, a.holder, a.permission_id
    FROM complete AS c
    JOIN dfns_looks AS l
        ON l.org = c.org AND l.source = c.source AND l.series = c.series AND l.seen_at = c.seen_at
    JOIN assigned AS a ON a.org = l.org AND a.caller = l.caller AND a.look = l.look AND a.source = l.source
    WHERE a.operation_count IS NULL
),
listed_before AS (
    SELECT DISTINCT o.org, o.source, o.series
    FROM open_then AS o
    JOIN assigned AS a
        ON a.org = o.org AND a.source = o.source AND a.holder = o.holder AND a.permission_id = o.permission_id
    JOIN dfns_looks AS l ON l.org = a.org AND l.caller = a.caller AND l.look = a.look AND l.source = a.source
    WHERE a.operation_count IS NOT NULL AND l.series = o.series AND l.seen_at < o.seen_at
),
firsts AS (
    SELECT org, source, series, min(seen_at) AS seen_at
    FROM dfns_looks
    WHERE is_read
    GROUP BY org, source, series
)
SELECT min(CASE WHEN b.org IS NULL THEN coalesce(c.seen_at, f.seen_at) ELSE f.seen_at END) AS start
FROM firsts AS f
LEFT JOIN complete AS c ON c.org = f.org AND c.source = f.source AND c.series = f.series
LEFT JOIN listed_before AS b ON b.org = f.org AND b.source = f.source AND b.series = f.series
