-- What changed, after which look and by which?
--
-- Asked: `since` and `until`; a change counts by the look that shows it. A row is one change: appeared,
-- disappeared, changed (a field), or unknown (what the last look leaves open).
--
-- For each thing, the looks that prove something about it are compared, one with the next: those that list
-- it, and complete ones that do not. What is inside a thing is compared between two looks that both list the
-- thing; operations only between two looks that list any for the assignment.
WITH wanted AS (
    SELECT f.*
    FROM dfns_differences AS f
    CROSS JOIN dfns_asked AS q
    WHERE (q.since IS NULL OR f.seen_by > q.since) AND (q.until IS NULL OR f.seen_by <= q.until)
),
described AS (
    SELECT
        w.change, d.org, d.caller, d.look, d.source, d.series, w.top, w.object, w.thing, d.seen_at,
        w.seen_after, w.seen_by, w.old_moment, w.new_moment, w.old_amount, w.new_amount,
        d.token_id, d.permission_id, CASE WHEN w.word IS NULL THEN d.assignment_id END AS assignment_id,
        CASE WHEN w.object = 'policy_approver' THEN w.word ELSE d.user_id END AS user_id,
        d.policy_id, d.group_id,
        CASE WHEN w.object IN ('operation', 'user_operation') THEN w.word ELSE d.operation END AS operation,
        d.name, d.owner_id, d.kind, d.part, d.is_open, d.no, d.inner_no,
        -- An assigned permission is shown by its name.
        CASE WHEN p.word IS NOT NULL THEN 'permission_name' ELSE w.field END AS field,
        CASE WHEN w.change = 'disappeared' THEN p.word ELSE w.old END AS old,
        CASE WHEN w.change = 'appeared' THEN p.word ELSE w.new END AS new,
        w.change = 'appeared'
            OR coalesce(w.field IN ('is_active', 'in_effect') AND w.new = 'true', false) AS is_gain
    FROM wanted AS w
    JOIN dfns_listed AS d
        ON d.top = w.top AND d.object = w.described_object AND d.thing = w.thing
        AND d.seen_at = w.described_at
    LEFT JOIN dfns_fields AS p
        ON p.top = w.top AND p.object = w.object AND p.thing = w.thing AND p.seen_at = w.described_at
        AND p.field = 'permission_name' AND w.change IN ('appeared', 'disappeared') AND w.word IS NULL
),
-- The assignments of what was gained. A full administrator's give everything. But anybody may use such a name
-- for a permission of their own, so where permissions were read in the same look, it must be among them, and
-- immutable.
managed AS (
    SELECT org, caller, look, permission_id, bool_or(coalesce(is_immutable, false)) AS is_immutable
    FROM dfns_permissions
    GROUP BY org, caller, look, permission_id
),
permissions_read AS (
    SELECT org, caller, look
    FROM dfns_sources
    WHERE source = '/permissions' AND status = 'ok' AND coalesce(rejected_count, 0) = 0
),
gained AS (
    SELECT
        d.object, d.top, d.thing, d.seen_at, d.kind,
        a.object AS assigned, a.org, a.caller, a.look, a.source, a.no, a.inner_no, a.is_open,
        m.permission_name IS NOT NULL AND coalesce(i.is_immutable, r.org IS NULL) AS has_all
    FROM described AS d
    JOIN dfns_listed AS a
        ON a.top = d.top AND a.seen_at = d.seen_at AND a.object IN ('assignment', 'user_assignment')
        AND CASE WHEN d.object IN ('token', 'user') THEN a.around ELSE a.thing END = d.thing
    LEFT JOIN dfns_fields AS f
        ON f.top = a.top AND f.object = a.object AND f.thing = a.thing AND f.seen_at = a.seen_at
        AND f.field = 'permission_name'
    LEFT JOIN dfns_full_administrators AS m ON m.permission_name = f.word
    LEFT JOIN managed AS i
        ON i.org = a.org AND i.caller = a.caller AND i.look = a.look AND i.permission_id = a.permission_id
    LEFT JOIN permissions_read AS r ON r.org = a.org AND r.caller = a.caller AND r.look = a.look
    WHERE d.is_gain AND d.object IN ('token', 'user', 'assignment', 'user_assignment')
),
operations AS (
    SELECT
        'assignment' AS assigned, org, caller, look, source, token_no AS no, assignment_no AS inner_no,
        operation
    FROM dfns_token_operations
    UNION ALL
    SELECT 'user_assignment', org, caller, look, source, user_no, assignment_no, operation
    FROM dfns_user_operations
),
-- How severe is what was gained? 0 is critical, 5 none, 4 unknown.
harms AS (
    SELECT top, object, thing, seen_at, min(place) AS place
    FROM (
        SELECT
            top, object, thing, seen_at,
            CASE WHEN has_all THEN 0 WHEN is_open THEN 4 ELSE 5 END AS place
        FROM gained
        UNION ALL
        SELECT
            g.top, g.object, g.thing, g.seen_at,
            CASE
                WHEN u.usable = 'no' THEN 5
                WHEN u.usable = 'unknown' OR c.place IS NULL THEN 4
                ELSE c.place
            END
        FROM operations AS o
        JOIN gained AS g
            ON g.assigned = o.assigned AND g.org = o.org AND g.caller = o.caller AND g.look = o.look
            AND g.source = o.source AND g.no = o.no AND g.inner_no = o.inner_no
        LEFT JOIN dfns_harms AS c ON c.operation = o.operation
        LEFT JOIN dfns_usability AS u ON u.kind = g.kind AND u.operation = o.operation
    ) AS weighed
    GROUP BY top, object, thing, seen_at
),
-- What permissions contain, as listed in the same look; the vendor's own contain everything.
contents AS (
    SELECT
        p.org, p.caller, p.look, p.permission_id,
        min(CASE
            WHEN m.permission_name IS NOT NULL AND p.is_immutable THEN 0
            WHEN o.operation IS NULL THEN 5
            ELSE coalesce(c.place, 4)
        END) AS place
    FROM dfns_permissions AS p
    LEFT JOIN dfns_full_administrators AS m ON m.permission_name = p.name
    LEFT JOIN dfns_permission_operations AS o
        ON o.org = p.org AND o.caller = p.caller AND o.look = p.look AND o.source = p.source
        AND o.permission_no = p.permission_no
    LEFT JOIN dfns_harms AS c ON c.operation = o.operation
    GROUP BY p.org, p.caller, p.look, p.permission_id
),
grants AS (
    SELECT
        g.org, g.caller, g.look, g.source, g.assignment_no, g.identity_id,
        CASE WHEN g.in_effect THEN coalesce(c.place, 4) ELSE 5 END AS place
    FROM dfns_permission_assignments AS g
    LEFT JOIN contents AS c
        ON c.org = g.org AND c.caller = g.caller AND c.look = g.look AND c.permission_id = g.permission_id
),
group_grants AS (
    SELECT org, caller, look, identity_id, min(place) AS place
    FROM grants
    GROUP BY org, caller, look, identity_id
),
grants_read AS (
    SELECT DISTINCT org, caller, look
    FROM dfns_sources
    WHERE source = '/permissions/{id}/assignments' AND status = 'ok'
),
judged AS (
    SELECT
        d.*,
        CASE
            WHEN d.change = 'unknown' THEN NULL
            WHEN NOT d.is_gain THEN 5
            WHEN d.object IN ('token', 'user', 'assignment', 'user_assignment') THEN coalesce(h.place, 5)
            WHEN d.object IN ('operation', 'user_operation', 'permission_operation') THEN
                CASE
                    WHEN u.usable = 'no' THEN 5
                    WHEN u.usable = 'unknown' OR c.place IS NULL THEN 4
                    ELSE c.place
                END
            WHEN d.object = 'permission_assignment' THEN coalesce(g.place, 4)
            WHEN d.object = 'user_group_member' THEN
                least(coalesce(gg.place, 5), CASE WHEN r.org IS NULL THEN 4 ELSE 5 END)
            ELSE 5
        END AS place
    FROM described AS d
    LEFT JOIN harms AS h
        ON h.top = d.top AND h.object = d.object AND h.thing = d.thing AND h.seen_at = d.seen_at
    LEFT JOIN dfns_harms AS c ON c.operation = d.operation
    LEFT JOIN dfns_usability AS u ON u.kind = d.kind AND u.operation = d.operation
    LEFT JOIN grants AS g
        ON g.org = d.org AND g.caller = d.caller AND g.look = d.look AND g.source = d.source
        AND g.assignment_no = d.no AND d.object = 'permission_assignment'
    LEFT JOIN group_grants AS gg
        ON gg.org = d.org AND gg.caller = d.caller AND gg.look = d.look AND gg.identity_id = d.group_id
        AND d.object = 'user_group_member'
    LEFT JOIN grants_read AS r ON r.org = d.org AND r.caller = d.caller AND r.look = d.look
)
SELECT
    org AS org_id, caller, change, object,
    token_id, permission_id, assignment_id, user_id, policy_id, group_id, name, owner_id,
    CASE
        WHEN part IS NULL THEN field
        WHEN field IS NULL THEN part
        ELSE concat(part, ': ', field)
    END AS field,
    old, new, old_moment, new_moment, old_amount, new_amount, operation,
    CASE place
        WHEN 0 THEN 'critical' WHEN 1 THEN 'high' WHEN 2 THEN 'medium' WHEN 3 THEN 'low'
        WHEN 4 THEN 'unknown' WHEN 5 THEN 'none'
    END AS severity,
    seen_after, seen_by
FROM judged
UNION ALL
-- A source that answered once, but not, or not in full, when it was last asked.
SELECT
    l.org, l.caller, 'unknown', 'source',
    NULL, NULL, NULL, NULL, NULL, NULL, l.source, CASE WHEN l.series <> '' THEN l.series END,
    'status', 'ok', l.status, NULL, NULL, NULL, NULL, NULL, NULL, e.last_ok, l.seen_at
FROM dfns_looks AS l
JOIN dfns_ends AS e
    ON e.org = l.org AND e.source = l.source AND e.series = l.series AND e.seen_at = l.seen_at
    AND e.last_asked = l.seen_at
CROSS JOIN dfns_asked AS q
WHERE l.status <> 'ok' AND e.last_ok IS NOT NULL
    AND (q.since IS NULL OR l.seen_at > q.since) AND (q.until IS NULL OR l.seen_at <= q.until)
UNION ALL
-- An item that was set aside when its list was last read, and that no look lists.
SELECT
    l.org, l.caller, 'unknown', k.object,
    CASE WHEN k.object = 'token' THEN r.item_id END,
    CASE WHEN k.object = 'permission' THEN r.item_id END,
    CASE WHEN k.object = 'permission_assignment' THEN r.item_id END,
    CASE WHEN k.object = 'user' THEN r.item_id END,
    CASE WHEN k.object = 'policy' THEN r.item_id END,
    CASE WHEN k.object = 'user_group' THEN r.item_id END,
    NULL, NULL, 'listed', 'not listed', 'set aside', NULL, NULL, NULL, NULL, NULL, NULL,
    e.read_before, l.seen_at
FROM (SELECT DISTINCT org, caller, look, source, item_id FROM dfns_rejected) AS r
JOIN dfns_looks AS l ON l.org = r.org AND l.caller = r.caller AND l.look = r.look AND l.source = r.source
JOIN dfns_ends AS e
    ON e.org = l.org AND e.source = l.source AND e.series = l.series AND e.seen_at = l.seen_at
    AND e.last_read = l.seen_at
JOIN dfns_items AS k ON k.source = r.source
CROSS JOIN dfns_asked AS q
LEFT JOIN dfns_unsteady AS t
    ON t.org = l.org AND t.source = l.source AND t.series = l.series AND t.object = k.object
    AND t.id = r.item_id
WHERE r.item_id IS NOT NULL AND t.top IS NULL AND e.read_before IS NOT NULL
    AND (q.since IS NULL OR l.seen_at > q.since) AND (q.until IS NULL OR l.seen_at <= q.until)
