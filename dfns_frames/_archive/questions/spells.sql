-- Was each listed thing there, or proved to be gone, look by look?
--
-- A row is one thing (a token, a user, a permission, …) in one look that either lists it, or is complete and
-- neither lists it nor set it aside. Each time that it comes back, a new spell begins; between two looks of a
-- spell it was there, as far as anybody saw.
--
-- A look that is not whole tells only of the groups or permissions (`parent`) under which it lists anything.
WITH things AS (
    SELECT
        top, org, source, series, object, thing, max(item) AS item,
        max(CASE object
            WHEN 'permission_assignment' THEN permission_id
            WHEN 'user_group_member' THEN group_id
        END) AS parent
    FROM dfns_listed
    WHERE level = 0
    GROUP BY top, org, source, series, object, thing
),
asked_for AS (
    SELECT org, caller, look, source, permission_id AS parent
    FROM dfns_permission_assignments
    UNION
    SELECT org, caller, look, source, group_id
    FROM dfns_user_group_members
),
there AS (
    SELECT top, object, thing, seen_at, true AS is_there
    FROM dfns_listed
    WHERE level = 0
),
not_there AS (
    SELECT t.top, t.object, t.thing, l.seen_at, false AS is_there
    FROM things AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.source = t.source AND l.series = t.series AND l.is_complete
    LEFT JOIN there AS h ON h.top = t.top AND h.thing = t.thing AND h.seen_at = l.seen_at
    LEFT JOIN dfns_rejected AS r
        ON r.org = l.org AND r.caller = l.caller AND r.look = l.look AND r.source = l.source
        AND (r.item_id = t.item OR t.item IS NULL)
    LEFT JOIN asked_for AS a
        ON a.org = l.org AND a.caller = l.caller AND a.look = l.look AND a.source = l.source
        AND a.parent = t.parent
    WHERE h.thing IS NULL AND r.org IS NULL AND (t.parent IS NULL OR l.is_whole OR a.parent IS NOT NULL)
),
known AS (
    SELECT * FROM there
    UNION ALL
    SELECT * FROM not_there
)
SELECT
    *,
    lag(is_there) OVER w AS was_there,
    lag(seen_at) OVER w AS known_before,
    max(seen_at) OVER (PARTITION BY top, thing) AS last_known,
    sum(CASE WHEN is_there THEN 0 ELSE 1 END) OVER w AS spell
FROM known
WINDOW w AS (PARTITION BY top, thing ORDER BY seen_at)
