-- When was a token proved to be gone?
--
-- A row is one token and one complete look that lacks it, at the list that had it last. A look that set aside
-- the item that the token is part of proves nothing about it.
WITH last_seen AS (
    SELECT org, token_id, max(seen_at) AS seen_at
    FROM dfns_sightings
    GROUP BY org, token_id
),
listed AS (
    SELECT DISTINCT s.org, s.token_id, s.source, s.series, s.item
    FROM dfns_sightings AS s
    JOIN last_seen AS l ON l.org = s.org AND l.token_id = s.token_id AND l.seen_at = s.seen_at
)
SELECT DISTINCT t.org, t.token_id, l.seen_at
FROM listed AS t
JOIN dfns_looks AS l ON l.org = t.org AND l.source = t.source AND l.series = t.series AND l.is_complete
LEFT JOIN dfns_sightings AS s ON s.org = t.org AND s.token_id = t.token_id AND s.seen_at = l.seen_at
LEFT JOIN dfns_rejected AS r
    ON r.org = l.org AND r.caller = l.caller AND r.look = l.look AND r.source = l.source
    AND r.item_id = t.item
WHERE s.token_id IS NULL AND r.item_id IS NULL
