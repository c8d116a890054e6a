-- Who could do something of one class at one moment?
--
-- Asked: a `moment` and a `category`. A row is one active token. It is "seen" if the last look up to then and
-- the first look from then on both show that it could; "possible" if only one does, or one leaves it open, as
-- unlisted operations do. A token that was created later could not.
WITH powers AS (
    SELECT
        o.org, o.caller, o.look, o.source, o.token_no,
        bool_or(c.category = q.category AND coalesce(u.usable, 'yes') = 'yes') AS can,
        bool_or(
            c.operation IS NULL OR (c.category = q.category AND coalesce(u.usable, 'yes') = 'unknown')
        ) AS may
    FROM dfns_token_operations AS o
    CROSS JOIN dfns_asked AS q
    JOIN dfns_tokens AS t
        ON t.org = o.org AND t.caller = o.caller AND t.look = o.look AND t.source = o.source
        AND t.token_no = o.token_no
    LEFT JOIN dfns_catalogue AS c ON c.operation = o.operation
    LEFT JOIN dfns_usability AS u ON u.kind = t.kind AND u.operation = o.operation
    GROUP BY o.org, o.caller, o.look, o.source, o.token_no
),
permissions_read AS (
    SELECT org, caller, look
    FROM dfns_sources
    WHERE source = '/permissions' AND status = 'ok' AND coalesce(rejected_count, 0) = 0
),
managed AS (
    SELECT org, caller, look, permission_id, bool_or(coalesce(is_immutable, false)) AS is_immutable
    FROM dfns_permissions
    GROUP BY org, caller, look, permission_id
),
-- Anybody may give a permission of their own the name of a full administrator's. So where permissions were read
-- in the same look, it must be among them, and immutable.
assigned AS (
    SELECT
        a.org, a.caller, a.look, a.source, a.token_no,
        bool_or(f.permission_name IS NOT NULL AND coalesce(m.is_immutable, p.org IS NULL)) AS has_all,
        bool_or(a.operation_count IS NULL) AS is_unlisted
    FROM dfns_token_assignments AS a
    LEFT JOIN dfns_full_administrators AS f ON f.permission_name = a.permission_name
    LEFT JOIN permissions_read AS p ON p.org = a.org AND p.caller = a.caller AND p.look = a.look
    LEFT JOIN managed AS m
        ON m.org = a.org AND m.caller = a.caller AND m.look = a.look AND m.permission_id = a.permission_id
    GROUP BY a.org, a.caller, a.look, a.source, a.token_no
),
-- 2: could; 1: left open; 0: could not.
states AS (
    SELECT
        l.org,
        t.token_id,
        l.seen_at,
        l.caller,
        t.name,
        t.date_created AS born,
        CASE
            WHEN NOT coalesce(t.is_active, false) THEN 0
            WHEN coalesce(p.can, false) OR coalesce(a.has_all, false) THEN 2
            WHEN coalesce(p.may, false) OR coalesce(a.is_unlisted, false) THEN 1
            ELSE 0
        END AS state
    FROM dfns_tokens AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    LEFT JOIN powers AS p
        ON p.org = t.org AND p.caller = t.caller AND p.look = t.look AND p.source = t.source
        AND p.token_no = t.token_no
    LEFT JOIN assigned AS a
        ON a.org = t.org AND a.caller = t.caller AND a.look = t.look AND a.source = t.source
        AND a.token_no = t.token_no
    WHERE t.token_id IS NOT NULL
    UNION ALL
    SELECT org, token_id, seen_at, NULL AS caller, NULL AS name, NULL AS born, 0 AS state
    FROM dfns_absences
),
beside AS (
    SELECT
        s.org,
        s.token_id,
        max(CASE WHEN s.seen_at <= q.moment THEN s.seen_at END) AS last_before,
        min(CASE WHEN s.seen_at >= q.moment THEN s.seen_at END) AS first_after
    FROM states AS s
    CROSS JOIN dfns_asked AS q
    GROUP BY s.org, s.token_id
),
judged AS (
    SELECT
        s.org,
        s.token_id,
        max(CASE WHEN s.seen_at = b.last_before THEN s.caller END) AS caller_before,
        max(CASE WHEN s.seen_at = b.first_after THEN s.caller END) AS caller_after,
        max(CASE WHEN s.seen_at = b.last_before THEN s.name END) AS name_before,
        max(CASE WHEN s.seen_at = b.first_after THEN s.name END) AS name_after,
        max(s.born) AS born,
        coalesce(max(CASE WHEN s.seen_at = b.last_before THEN s.state END), 0) AS state_before,
        coalesce(max(CASE WHEN s.seen_at = b.first_after THEN s.state END), 0) AS state_after
    FROM states AS s
    JOIN beside AS b ON b.org = s.org AND b.token_id = s.token_id
    WHERE s.seen_at = b.last_before OR s.seen_at = b.first_after
    GROUP BY s.org, s.token_id
)
SELECT
    j.org AS org_id,
    coalesce(j.caller_before, j.caller_after) AS caller,
    j.token_id,
    coalesce(j.name_before, j.name_after) AS name,
    CASE WHEN j.state_before = 2 AND j.state_after = 2 THEN 'seen' ELSE 'possible' END AS certainty
FROM judged AS j
CROSS JOIN dfns_asked AS q
WHERE (j.state_before > 0 OR j.state_after > 0) AND (j.born IS NULL OR j.born <= q.moment)
ORDER BY j.org, certainty DESC, name NULLS LAST, j.token_id
