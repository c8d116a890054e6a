-- Which snapshots tell how things stood at a moment?
--
-- Asked: a `moment`. A row is one snapshot to read, so that years of others need not be read. For each series
-- they reach from the last look up to the moment that is complete and set nothing aside, which tells about
-- everything, to the first such look from the moment on. Where there is none, all looks on that side count.
WITH nearest AS (
    SELECT
        l.org, l.source, l.series,
        max(CASE WHEN l.seen_at <= q.moment THEN l.seen_at END) AS before,
        min(CASE WHEN l.seen_at >= q.moment THEN l.seen_at END) AS after
    FROM dfns_looks AS l
    CROSS JOIN dfns_asked AS q
    WHERE l.is_complete AND l.set_aside = 0
    GROUP BY l.org, l.source, l.series
)
SELECT DISTINCT l.org, l.caller, l.look
FROM dfns_looks AS l
LEFT JOIN nearest AS n ON n.org = l.org AND n.source = l.source AND n.series = l.series
WHERE (n.before IS NULL OR l.seen_at >= n.before) AND (n.after IS NULL OR l.seen_at <= n.after)
