-- When was each token first and last there, and since when is it off?
--
-- A row is one token that was ever listed. It vanished after the last look that lists it, and by the first
-- later look that proves it gone: a complete look at the list that had it last, which did not set aside the
-- item that it is part of. If both are missing, it is there as far as is known. It is off if the last look
-- that lists it says so: it went off after the last look that says it was on (missing if there is none), and
-- by the first one after that.
WITH spans AS (
    SELECT
        org,
        token_id,
        min(seen_at) AS first_seen,
        max(seen_at) AS last_seen,
        max(CASE WHEN is_active THEN seen_at END) AS last_on
    FROM dfns_sightings
    GROUP BY org, token_id
),
last_listed AS (
    SELECT s.org, s.token_id, s.seen_at, s.source, s.series, s.item, s.caller, s.name, s.born
    FROM dfns_sightings AS s
    JOIN spans AS p ON p.org = s.org AND p.token_id = s.token_id AND p.last_seen = s.seen_at
),
latest AS (
    SELECT org, token_id, max(caller) AS caller, max(name) AS name, max(born) AS born
    FROM last_listed
    GROUP BY org, token_id
),
gone AS (
    SELECT t.org, t.token_id, min(l.seen_at) AS gone_by
    FROM last_listed AS t
    JOIN dfns_looks AS l
        ON l.org = t.org AND l.source = t.source AND l.series = t.series AND l.is_complete
        AND l.seen_at > t.seen_at
    LEFT JOIN dfns_rejected AS r
        ON r.org = l.org AND r.caller = l.caller AND r.look = l.look AND r.source = l.source
        AND r.item_id = t.item
    WHERE r.item_id IS NULL
    GROUP BY t.org, t.token_id
),
turned_off AS (
    SELECT p.org, p.token_id, min(s.seen_at) AS off_by
    FROM spans AS p
    JOIN dfns_sightings AS s
        ON s.org = p.org AND s.token_id = p.token_id AND (p.last_on IS NULL OR s.seen_at > p.last_on)
    WHERE p.last_on IS NULL OR p.last_on < p.last_seen
    GROUP BY p.org, p.token_id
)
SELECT
    p.org AS org_id,
    l.caller,
    p.token_id,
    l.name,
    l.born,
    p.first_seen,
    p.last_seen,
    CASE WHEN g.gone_by IS NOT NULL THEN p.last_seen END AS gone_after,
    g.gone_by,
    CASE WHEN o.off_by IS NOT NULL THEN p.last_on END AS off_after,
    o.off_by
FROM spans AS p
JOIN latest AS l ON l.org = p.org AND l.token_id = p.token_id
LEFT JOIN gone AS g ON g.org = p.org AND g.token_id = p.token_id
LEFT JOIN turned_off AS o ON o.org = p.org AND o.token_id = p.token_id
ORDER BY p.org, l.born NULLS LAST, p.first_seen, p.token_id
