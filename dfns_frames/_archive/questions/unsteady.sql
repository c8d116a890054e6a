-- Which things are not the same in all looks?
--
-- A row is one listed thing (a token, a user, a permission, …) that some look does not list, or of which
-- looks say different things, or list different things inside of it. `top` is a number for it. Most are the
-- same year in, year out; nothing needs to be found out about these. It may be more than need be, never
-- less: what is in every look, and says the same in all, is counted as often as there were looks.
WITH series AS (
    SELECT org, source, series, count(*) AS looks
    FROM dfns_looks
    WHERE is_read
    GROUP BY org, source, series
),
tokens AS (
    SELECT l.org, l.source, l.series, t.token_id AS id, count(*) AS times
    FROM dfns_tokens AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.token_id, t.name, t.kind, t.is_active, t.date_created, t.org_id,
        t.linked_user_id, t.linked_app_id, t.cred_id, t.public_key, t.secret_returned
),
users AS (
    SELECT l.org, l.source, l.series, t.user_id AS id, count(*) AS times
    FROM dfns_users AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.user_id, t.username, t.name, t.kind, t.is_active, t.is_service_account,
        t.is_registered, t.is_sso_required, t.org_id, t.tenant_id, t.credential_uuid
),
user_groups AS (
    SELECT l.org, l.source, l.series, t.group_id AS id, count(*) AS times
    FROM dfns_user_groups AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.group_id, t.name, t.description, t.member_count, t.org_id, t.tenant_id,
        t.date_created, t.date_updated
),
user_group_members AS (
    SELECT l.org, l.source, l.series, concat_ws(chr(31), t.group_id, t.user_id) AS id, count(*) AS times
    FROM dfns_user_group_members AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.group_id, t.user_id
),
permissions AS (
    SELECT l.org, l.source, l.series, t.permission_id AS id, count(*) AS times
    FROM dfns_permissions AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.permission_id, t.name, t.status, t.is_immutable, t.is_archived,
        t.date_created, t.date_updated, t.change_id, t.change_status, t.change_requested_by, t.change_date
),
permission_assignments AS (
    SELECT l.org, l.source, l.series, t.assignment_id AS id, count(*) AS times
    FROM dfns_permission_assignments AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.assignment_id, t.permission_id, t.identity_id, t.in_effect,
        t.is_immutable, t.date_created, t.date_updated, t.change_id, t.change_status, t.change_kind,
        t.change_requested_by, t.change_date
),
policies AS (
    SELECT l.org, l.source, l.series, t.policy_id AS id, count(*) AS times
    FROM dfns_policies AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.policy_id, t.name, t.status, t.activity_kind, t.rule_kind, t.rule_limit,
        t.rule_currency, t.rule_timeframe, t.action_kind, t.auto_reject_minutes, t.is_filtered, t.date_created,
        t.date_updated, t.change_id, t.change_status, t.change_requested_by, t.change_date
),
token_assignments AS (
    SELECT org, source, token_id AS id, count(*) AS times
    FROM dfns_token_assignments
    GROUP BY
        org, source, token_id, permission_id, permission_name, assignment_id, operation_count IS NULL
),
user_assignments AS (
    SELECT org, source, user_id AS id, count(*) AS times
    FROM dfns_user_assignments
    GROUP BY
        org, source, user_id, permission_id, permission_name, assignment_id, operation_count IS NULL
),
permission_operations AS (
    SELECT org, source, permission_id AS id, count(*) AS times
    FROM dfns_permission_operations
    GROUP BY
        org, source, permission_id, operation
),
pending_operations AS (
    SELECT org, source, permission_id AS id, count(*) AS times
    FROM dfns_pending_operations
    GROUP BY
        org, source, permission_id, operation
),
policy_groups AS (
    SELECT org, source, policy_id AS id, count(*) AS times
    FROM dfns_policy_groups
    GROUP BY
        org, source, policy_id, group_no, name, quorum, anyone_can_approve, initiator_can_approve,
        service_accounts_can_approve
),
policy_filters AS (
    SELECT org, source, policy_id AS id, count(*) AS times
    FROM dfns_policy_filters
    GROUP BY
        org, source, policy_id, filter, value
),
token_operations AS (
    SELECT o.org, o.source, o.token_id AS id
    FROM (
        SELECT org, source, token_id, permission_id, operation, count(*) AS times
        FROM dfns_token_operations
        GROUP BY org, source, token_id, permission_id, operation
    ) AS o
    JOIN (
        SELECT org, source, token_id, permission_id, count(operation_count) AS times
        FROM dfns_token_assignments
        GROUP BY org, source, token_id, permission_id
    ) AS a
        ON a.org = o.org AND a.source = o.source
        AND a.token_id = o.token_id AND a.permission_id = o.permission_id
    WHERE o.times <> a.times
),
user_operations AS (
    SELECT o.org, o.source, o.user_id AS id
    FROM (
        SELECT org, source, user_id, permission_id, operation, count(*) AS times
        FROM dfns_user_operations
        GROUP BY org, source, user_id, permission_id, operation
    ) AS o
    JOIN (
        SELECT org, source, user_id, permission_id, count(operation_count) AS times
        FROM dfns_user_assignments
        GROUP BY org, source, user_id, permission_id
    ) AS a
        ON a.org = o.org AND a.source = o.source
        AND a.user_id = o.user_id AND a.permission_id = o.permission_id
    WHERE o.times <> a.times
),
policy_approvers AS (
    SELECT o.org, o.source, o.policy_id AS id
    FROM (
        SELECT org, source, policy_id, group_no, user_id, count(*) AS times
        FROM dfns_policy_approvers
        GROUP BY org, source, policy_id, group_no, user_id
    ) AS o
    JOIN (
        SELECT org, source, policy_id, group_no, count(*) AS times
        FROM dfns_policy_groups
        GROUP BY org, source, policy_id, group_no
    ) AS a
        ON a.org = o.org AND a.source = o.source
        AND a.policy_id = o.policy_id AND a.group_no = o.group_no
    WHERE o.times <> a.times
),
unsteady AS (
    SELECT v.org, v.source, v.series, 'token' AS object, v.id
    FROM tokens AS v
    JOIN series AS s ON s.org = v.org AND s.source = v.source AND s.series = v.series
    WHERE v.id IS NOT NULL
    GROUP BY v.org, v.source, v.series, v.id
    HAVING sum(v.times) <> max(s.looks) OR count(*) > 1
    UNION
    SELECT v.org, v.source, v.series, 'user' AS object, v.id
    FROM users AS v
    JOIN series AS s ON s.org = v.org AND s.source = v.source AND s.series = v.series
    WHERE v.id IS NOT NULL
    GROUP BY v.org, v.source, v.series, v.id
    HAVING sum(v.times) <> max(s.looks) OR count(*) > 1
    UNION
    SELECT v.org, v.source, v.series, 'user_group' AS object, v.id
    FROM user_groups AS v
    JOIN series AS s ON s.org = v.org AND s.source = v.source AND s.series = v.series
    WHERE v.id IS NOT NULL
    GROUP BY v.org, v.source, v.series, v.id
    HAVING sum(v.times) <> max(s.looks) OR count(*) > 1
    UNION
    SELECT v.org, v.source, v.series, 'user_group_member' AS object, v.id
    FROM user_group_members AS v
    JOIN series AS s ON s.org = v.org AND s.source = v.source AND s.series = v.series
    WHERE v.id IS NOT NULL
    GROUP BY v.org, v.source, v.series, v.id
    HAVING sum(v.times) <> max(s.looks) OR count(*) > 1
    UNION
    SELECT v.org, v.source, v.series, 'permission' AS object, v.id
    FROM permissions AS v
    JOIN series AS s ON s.org = v.org AND s.source = v.source AND s.series = v.series
    WHERE v.id IS NOT NULL
    GROUP BY v.org, v.source, v.series, v.id
    HAVING sum(v.times) <> max(s.looks) OR count(*) > 1
    UNION
    SELECT v.org, v.source, v.series, 'permission_assignment' AS object, v.id
    FROM permission_assignments AS v
    JOIN series AS s ON s.org = v.org AND s.source = v.source AND s.series = v.series
    WHERE v.id IS NOT NULL
    GROUP BY v.org, v.source, v.series, v.id
    HAVING sum(v.times) <> max(s.looks) OR count(*) > 1
    UNION
    SELECT v.org, v.source, v.series, 'policy' AS object, v.id
    FROM policies AS v
    JOIN series AS s ON s.org = v.org AND s.source = v.source AND s.series = v.series
    WHERE v.id IS NOT NULL
    GROUP BY v.org, v.source, v.series, v.id
    HAVING sum(v.times) <> max(s.looks) OR count(*) > 1
    UNION
    SELECT p.org, p.source, p.series, 'token', p.id
    FROM token_assignments AS v
    JOIN tokens AS p ON p.org = v.org AND p.source = v.source AND p.id = v.id
    WHERE v.times <> p.times
    UNION
    SELECT p.org, p.source, p.series, 'user', p.id
    FROM user_assignments AS v
    JOIN users AS p ON p.org = v.org AND p.source = v.source AND p.id = v.id
    WHERE v.times <> p.times
    UNION
    SELECT p.org, p.source, p.series, 'permission', p.id
    FROM permission_operations AS v
    JOIN permissions AS p ON p.org = v.org AND p.source = v.source AND p.id = v.id
    WHERE v.times <> p.times
    UNION
    SELECT p.org, p.source, p.series, 'permission', p.id
    FROM pending_operations AS v
    JOIN permissions AS p ON p.org = v.org AND p.source = v.source AND p.id = v.id
    WHERE v.times <> p.times
    UNION
    SELECT p.org, p.source, p.series, 'policy', p.id
    FROM policy_groups AS v
    JOIN policies AS p ON p.org = v.org AND p.source = v.source AND p.id = v.id
    WHERE v.times <> p.times
    UNION
    SELECT p.org, p.source, p.series, 'policy', p.id
    FROM policy_filters AS v
    JOIN policies AS p ON p.org = v.org AND p.source = v.source AND p.id = v.id
    WHERE v.times <> p.times
    UNION
    SELECT p.org, p.source, p.series, 'token', p.id
    FROM token_operations AS v
    JOIN tokens AS p ON p.org = v.org AND p.source = v.source AND p.id = v.id
    UNION
    SELECT p.org, p.source, p.series, 'user', p.id
    FROM user_operations AS v
    JOIN users AS p ON p.org = v.org AND p.source = v.source AND p.id = v.id
    UNION
    SELECT p.org, p.source, p.series, 'policy', p.id
    FROM policy_approvers AS v
    JOIN policies AS p ON p.org = v.org AND p.source = v.source AND p.id = v.id
)
SELECT row_number() OVER (ORDER BY org, source, series, object, id) AS top, org, source, series, object, id
FROM unsteady
