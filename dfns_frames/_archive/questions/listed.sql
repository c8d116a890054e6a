-- What did each look list of these things, and inside them?
--
-- A row is one thing in one look: a token, an assignment of it, and so on. Only things whose `top` (the listed
-- thing around them all) differs between looks are here. What is inside assignments and policy groups is left
-- to `inmost`. `thing` names the same thing in all looks within its top: its ids, and a number that tells apart
-- what one look lists several times. `no` and `inner_no` are its place in its table. `around` is the thing that
-- it is inside; `item` is the id of the listed item that it is, or is part of. An assignment is open if its
-- operations are not listed. The other columns are for people.
WITH user_names AS (
    SELECT org, caller, look, user_id AS id, max(coalesce(name, username)) AS name
    FROM dfns_users
    GROUP BY org, caller, look, user_id
),
group_names AS (
    SELECT org, caller, look, group_id AS id, max(name) AS name
    FROM dfns_user_groups
    GROUP BY org, caller, look, group_id
),
permission_names AS (
    SELECT org, caller, look, permission_id AS id, max(name) AS name
    FROM dfns_permissions
    GROUP BY org, caller, look, permission_id
),
tokens AS (
    SELECT
        u.top, l.org, l.caller, l.look, l.source, l.series, l.seen_at,
        t.token_no AS no, CAST(0 AS BIGINT) AS inner_no, u.object, 0 AS level,
        CAST(row_number() OVER (
            PARTITION BY u.top, l.seen_at ORDER BY t.date_created, t.name, t.token_no
        ) AS STRING) AS thing,
        CAST(NULL AS STRING) AS around,
        CASE WHEN k.holds_tokens THEN t.linked_user_id ELSE t.token_id END AS item, false AS is_open,
        u.is_rewritten,
        t.token_id, CAST(NULL AS STRING) AS permission_id, CAST(NULL AS STRING) AS assignment_id,
        CAST(NULL AS STRING) AS user_id, CAST(NULL AS STRING) AS policy_id,
        CAST(NULL AS STRING) AS group_id, CAST(NULL AS STRING) AS operation, CAST(NULL AS STRING) AS part,
        t.name, coalesce(t.linked_user_id, t.linked_app_id) AS owner_id, t.kind
    FROM dfns_tokens AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    JOIN dfns_unsteady AS u
        ON u.org = l.org AND u.source = l.source AND u.series = l.series AND u.object = 'token'
        AND u.id = t.token_id
    LEFT JOIN dfns_known_sources AS k ON k.source = t.source
),
token_assignments AS (
    SELECT
        p.top, p.org, p.caller, p.look, p.source, p.series, p.seen_at, p.no, t.assignment_no AS inner_no,
        'assignment' AS object, 1 AS level,
        concat_ws(chr(31), p.thing, t.permission_id, CAST(row_number() OVER (
            PARTITION BY p.top, p.seen_at, p.no, t.permission_id
            ORDER BY t.permission_name, t.assignment_id, t.assignment_no
        ) AS STRING)) AS thing, p.thing AS around,
        NULL AS item, t.operation_count IS NULL AS is_open, false AS is_rewritten,
        t.token_id, t.permission_id, t.assignment_id, NULL AS user_id, NULL AS policy_id, NULL AS group_id,
        NULL AS operation, NULL AS part, p.name, p.owner_id, p.kind
    FROM dfns_token_assignments AS t
    JOIN tokens AS p
        ON p.org = t.org AND p.caller = t.caller AND p.look = t.look AND p.source = t.source
        AND p.no = t.token_no
    WHERE t.permission_id IS NOT NULL
),
users AS (
    SELECT
        u.top, l.org, l.caller, l.look, l.source, l.series, l.seen_at,
        t.user_no AS no, CAST(0 AS BIGINT) AS inner_no, u.object, 0 AS level,
        CAST(row_number() OVER (
            PARTITION BY u.top, l.seen_at ORDER BY t.username, t.user_no
        ) AS STRING) AS thing,
        NULL AS around,
        t.user_id AS item, false AS is_open, u.is_rewritten,
        NULL AS token_id, NULL AS permission_id, NULL AS assignment_id, t.user_id, NULL AS policy_id,
        NULL AS group_id, NULL AS operation, NULL AS part, coalesce(t.name, t.username) AS name,
        NULL AS owner_id, t.kind
    FROM dfns_users AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    JOIN dfns_unsteady AS u
        ON u.org = l.org AND u.source = l.source AND u.series = l.series AND u.object = 'user'
        AND u.id = t.user_id
),
user_assignments AS (
    SELECT
        p.top, p.org, p.caller, p.look, p.source, p.series, p.seen_at, p.no, t.assignment_no AS inner_no,
        'user_assignment' AS object, 1 AS level,
        concat_ws(chr(31), p.thing, t.permission_id, CAST(row_number() OVER (
            PARTITION BY p.top, p.seen_at, p.no, t.permission_id
            ORDER BY t.permission_name, t.assignment_id, t.assignment_no
        ) AS STRING)) AS thing, p.thing AS around,
        NULL AS item, t.operation_count IS NULL AS is_open, false AS is_rewritten,
        NULL AS token_id, t.permission_id, t.assignment_id, t.user_id, NULL AS policy_id, NULL AS group_id,
        NULL AS operation, NULL AS part, p.name, NULL AS owner_id, p.kind
    FROM dfns_user_assignments AS t
    JOIN users AS p
        ON p.org = t.org AND p.caller = t.caller AND p.look = t.look AND p.source = t.source
        AND p.no = t.user_no
    WHERE t.permission_id IS NOT NULL
),
user_groups AS (
    SELECT
        u.top, l.org, l.caller, l.look, l.source, l.series, l.seen_at,
        t.group_no AS no, CAST(0 AS BIGINT) AS inner_no, u.object, 0 AS level,
        CAST(row_number() OVER (
            PARTITION BY u.top, l.seen_at ORDER BY t.date_created, t.name, t.group_no
        ) AS STRING) AS thing,
        NULL AS around,
        t.group_id AS item, false AS is_open, u.is_rewritten,
        NULL AS token_id, NULL AS permission_id, NULL AS assignment_id, NULL AS user_id, NULL AS policy_id,
        t.group_id, NULL AS operation, NULL AS part, t.name, NULL AS owner_id, NULL AS kind
    FROM dfns_user_groups AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    JOIN dfns_unsteady AS u
        ON u.org = l.org AND u.source = l.source AND u.series = l.series AND u.object = 'user_group'
        AND u.id = t.group_id
),
user_group_members AS (
    SELECT
        u.top, l.org, l.caller, l.look, l.source, l.series, l.seen_at,
        t.member_no AS no, CAST(0 AS BIGINT) AS inner_no, u.object, 0 AS level,
        CAST(row_number() OVER (
            PARTITION BY u.top, l.seen_at ORDER BY t.member_no
        ) AS STRING) AS thing,
        NULL AS around,
        t.user_id AS item, false AS is_open, u.is_rewritten,
        NULL AS token_id, NULL AS permission_id, NULL AS assignment_id, t.user_id, NULL AS policy_id,
        t.group_id, NULL AS operation, NULL AS part, coalesce(n.name, g.name) AS name, NULL AS owner_id,
        NULL AS kind
    FROM dfns_user_group_members AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    JOIN dfns_unsteady AS u
        ON u.org = l.org AND u.source = l.source AND u.series = l.series AND u.object = 'user_group_member'
        AND u.id = concat_ws(chr(31), t.group_id, t.user_id)
    LEFT JOIN user_names AS n
        ON n.org = t.org AND n.caller = t.caller AND n.look = t.look AND n.id = t.user_id
    LEFT JOIN group_names AS g
        ON g.org = t.org AND g.caller = t.caller AND g.look = t.look AND g.id = t.group_id
),
permissions AS (
    SELECT
        u.top, l.org, l.caller, l.look, l.source, l.series, l.seen_at,
        t.permission_no AS no, CAST(0 AS BIGINT) AS inner_no, u.object, 0 AS level,
        CAST(row_number() OVER (
            PARTITION BY u.top, l.seen_at ORDER BY t.date_created, t.name, t.permission_no
        ) AS STRING) AS thing,
        NULL AS around,
        t.permission_id AS item, false AS is_open, u.is_rewritten,
        NULL AS token_id, t.permission_id, NULL AS assignment_id, NULL AS user_id, NULL AS policy_id,
        NULL AS group_id, NULL AS operation, NULL AS part, t.name, NULL AS owner_id, NULL AS kind
    FROM dfns_permissions AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    JOIN dfns_unsteady AS u
        ON u.org = l.org AND u.source = l.source AND u.series = l.series AND u.object = 'permission'
        AND u.id = t.permission_id
),
permission_operations AS (
    SELECT
        p.top, p.org, p.caller, p.look, p.source, p.series, p.seen_at, p.no, 0 AS inner_no,
        'permission_operation' AS object, 1 AS level,
        concat_ws(chr(31), p.thing, t.operation, CAST(row_number() OVER (
            PARTITION BY p.top, p.seen_at, p.thing, t.operation ORDER BY t.operation
        ) AS STRING)) AS thing, p.thing AS around,
        NULL AS item, false AS is_open, false AS is_rewritten,
        NULL AS token_id, t.permission_id, NULL AS assignment_id, NULL AS user_id, NULL AS policy_id,
        NULL AS group_id, t.operation, NULL AS part, p.name, NULL AS owner_id, NULL AS kind
    FROM dfns_permission_operations AS t
    JOIN permissions AS p
        ON p.org = t.org AND p.caller = t.caller AND p.look = t.look AND p.source = t.source
        AND p.no = t.permission_no
    WHERE t.operation IS NOT NULL
),
pending_operations AS (
    SELECT
        p.top, p.org, p.caller, p.look, p.source, p.series, p.seen_at, p.no, 0 AS inner_no,
        'pending_operation' AS object, 1 AS level,
        concat_ws(chr(31), p.thing, t.operation, CAST(row_number() OVER (
            PARTITION BY p.top, p.seen_at, p.thing, t.operation ORDER BY t.operation
        ) AS STRING)) AS thing, p.thing AS around,
        NULL AS item, false AS is_open, false AS is_rewritten,
        NULL AS token_id, t.permission_id, NULL AS assignment_id, NULL AS user_id, NULL AS policy_id,
        NULL AS group_id, t.operation, NULL AS part, p.name, NULL AS owner_id, NULL AS kind
    FROM dfns_pending_operations AS t
    JOIN permissions AS p
        ON p.org = t.org AND p.caller = t.caller AND p.look = t.look AND p.source = t.source
        AND p.no = t.permission_no
    WHERE t.operation IS NOT NULL
),
permission_assignments AS (
    SELECT
        u.top, l.org, l.caller, l.look, l.source, l.series, l.seen_at,
        t.assignment_no AS no, CAST(0 AS BIGINT) AS inner_no, u.object, 0 AS level,
        CAST(row_number() OVER (
            PARTITION BY u.top, l.seen_at ORDER BY t.permission_id, t.identity_id, t.assignment_no
        ) AS STRING) AS thing,
        NULL AS around,
        t.assignment_id AS item, false AS is_open, u.is_rewritten,
        CASE WHEN t.identity_kind = 'token' THEN t.identity_id END AS token_id, t.permission_id,
        t.assignment_id,
        CASE WHEN t.identity_kind IN ('user', 'service_account') THEN t.identity_id END AS user_id,
        NULL AS policy_id, CASE WHEN t.identity_kind = 'group' THEN t.identity_id END AS group_id,
        NULL AS operation, NULL AS part, n.name,
        CASE
            WHEN t.identity_kind NOT IN ('token', 'user', 'service_account', 'group') THEN t.identity_id
        END AS owner_id,
        NULL AS kind
    FROM dfns_permission_assignments AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    JOIN dfns_unsteady AS u
        ON u.org = l.org AND u.source = l.source AND u.series = l.series
        AND u.object = 'permission_assignment' AND u.id = t.assignment_id
    LEFT JOIN permission_names AS n
        ON n.org = t.org AND n.caller = t.caller AND n.look = t.look AND n.id = t.permission_id
),
policies AS (
    SELECT
        u.top, l.org, l.caller, l.look, l.source, l.series, l.seen_at,
        t.policy_no AS no, CAST(0 AS BIGINT) AS inner_no, u.object, 0 AS level,
        CAST(row_number() OVER (
            PARTITION BY u.top, l.seen_at ORDER BY t.date_created, t.name, t.policy_no
        ) AS STRING) AS thing,
        NULL AS around,
        t.policy_id AS item, false AS is_open, u.is_rewritten,
        NULL AS token_id, NULL AS permission_id, NULL AS assignment_id, NULL AS user_id, t.policy_id,
        NULL AS group_id, NULL AS operation, NULL AS part, t.name, NULL AS owner_id, NULL AS kind
    FROM dfns_policies AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    JOIN dfns_unsteady AS u
        ON u.org = l.org AND u.source = l.source AND u.series = l.series AND u.object = 'policy'
        AND u.id = t.policy_id
),
policy_groups AS (
    SELECT
        p.top, p.org, p.caller, p.look, p.source, p.series, p.seen_at, p.no, t.group_no AS inner_no,
        'policy_group' AS object, 1 AS level,
        concat_ws(chr(31), p.thing, CAST(t.group_no AS STRING)) AS thing, p.thing AS around,
        NULL AS item, false AS is_open, false AS is_rewritten,
        NULL AS token_id, NULL AS permission_id, NULL AS assignment_id, NULL AS user_id, t.policy_id,
        NULL AS group_id, NULL AS operation, concat('group_no=', CAST(t.group_no AS STRING)) AS part,
        coalesce(t.name, p.name) AS name, NULL AS owner_id, NULL AS kind
    FROM dfns_policy_groups AS t
    JOIN policies AS p
        ON p.org = t.org AND p.caller = t.caller AND p.look = t.look AND p.source = t.source
        AND p.no = t.policy_no
    WHERE t.group_no IS NOT NULL
),
policy_filters AS (
    SELECT
        p.top, p.org, p.caller, p.look, p.source, p.series, p.seen_at, p.no, 0 AS inner_no,
        'policy_filter' AS object, 1 AS level,
        concat_ws(chr(31), p.thing, t.filter, t.value, CAST(row_number() OVER (
            PARTITION BY p.top, p.seen_at, p.thing, t.filter, t.value ORDER BY t.value
        ) AS STRING)) AS thing, p.thing AS around,
        NULL AS item, false AS is_open, false AS is_rewritten,
        NULL AS token_id, NULL AS permission_id, NULL AS assignment_id, NULL AS user_id, t.policy_id,
        NULL AS group_id, NULL AS operation, concat('filter=', t.filter, ', value=', t.value) AS part,
        p.name, NULL AS owner_id, NULL AS kind
    FROM dfns_policy_filters AS t
    JOIN policies AS p
        ON p.org = t.org AND p.caller = t.caller AND p.look = t.look AND p.source = t.source
        AND p.no = t.policy_no
    WHERE t.filter IS NOT NULL AND t.value IS NOT NULL
)
SELECT * FROM tokens
UNION ALL
SELECT * FROM token_assignments
UNION ALL
SELECT * FROM users
UNION ALL
SELECT * FROM user_assignments
UNION ALL
SELECT * FROM user_groups
UNION ALL
SELECT * FROM user_group_members
UNION ALL
SELECT * FROM permissions
UNION ALL
SELECT * FROM permission_operations
UNION ALL
SELECT * FROM pending_operations
UNION ALL
SELECT * FROM permission_assignments
UNION ALL
SELECT * FROM policies
UNION ALL
SELECT * FROM policy_groups
UNION ALL
SELECT * FROM policy_filters
