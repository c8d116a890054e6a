-- Which things are not the same in all looks?
--
-- A row is one listed thing (a token, a user, a permission, …) that some look does not list, or about which
-- looks say different things (it is rewritten), or inside which they list different things. `top` is its
-- number. Most things stay the same year in, year out, and need no further work. There may be a thing too many
-- here, never one too few: what says the same in every look is counted once for each. A sum of hashes tells
-- which looks were counted, in case one lists a thing twice and another not at all.
WITH series AS (
    SELECT org, source, series, count(*) AS times, sum(hash(caller, look)) AS fingerprint
    FROM dfns_looks
    WHERE is_read
    GROUP BY org, source, series
),
-- What looks say about each, and how often; then what they list inside it.
items AS (
    SELECT
        'token' AS object, l.org, l.source, l.series, t.token_id AS id, count(*) AS times,
        sum(hash(l.caller, l.look)) AS fingerprint
    FROM dfns_tokens AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.token_id, t.name, t.kind, t.is_active, t.date_created, t.org_id,
        t.linked_user_id, t.linked_app_id, t.cred_id, t.public_key, t.secret_returned
    UNION ALL
    SELECT 'user', l.org, l.source, l.series, t.user_id, count(*), sum(hash(l.caller, l.look))
    FROM dfns_users AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.user_id, t.username, t.name, t.kind, t.is_active, t.is_service_account,
        t.is_registered, t.is_sso_required, t.org_id, t.tenant_id, t.credential_uuid
    UNION ALL
    SELECT 'user_group', l.org, l.source, l.series, t.group_id, count(*), sum(hash(l.caller, l.look))
    FROM dfns_user_groups AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.group_id, t.name, t.description, t.member_count, t.org_id, t.tenant_id,
        t.date_created, t.date_updated
    UNION ALL
    SELECT
        'user_group_member', l.org, l.source, l.series, concat_ws(chr(31), t.group_id, t.user_id), count(*),
        sum(hash(l.caller, l.look))
    FROM dfns_user_group_members AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY l.org, l.source, l.series, t.group_id, t.user_id
    UNION ALL
    SELECT 'permission', l.org, l.source, l.series, t.permission_id, count(*), sum(hash(l.caller, l.look))
    FROM dfns_permissions AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.permission_id, t.name, t.status, t.is_immutable, t.is_archived,
        t.date_created, t.date_updated, t.change_id, t.change_status, t.change_requested_by, t.change_date
    UNION ALL
    SELECT
        'permission_assignment', l.org, l.source, l.series, t.assignment_id, count(*),
        sum(hash(l.caller, l.look))
    FROM dfns_permission_assignments AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.assignment_id, t.permission_id, t.identity_id, t.in_effect,
        t.is_immutable, t.date_created, t.date_updated, t.change_id, t.change_status, t.change_kind,
        t.change_requested_by, t.change_date
    UNION ALL
    SELECT 'policy', l.org, l.source, l.series, t.policy_id, count(*), sum(hash(l.caller, l.look))
    FROM dfns_policies AS t
    JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
    GROUP BY
        l.org, l.source, l.series, t.policy_id, t.name, t.status, t.activity_kind, t.rule_kind, t.rule_limit,
        t.rule_currency, t.rule_timeframe, t.action_kind, t.auto_reject_minutes, t.is_filtered,
        t.date_created, t.date_updated, t.change_id, t.change_status, t.change_requested_by, t.change_date
),
inside AS (
    SELECT
        'token' AS object, org, source, token_id AS id, count(*) AS times,
        sum(hash(caller, look)) AS fingerprint
    FROM dfns_token_assignments
    GROUP BY org, source, token_id, permission_id, permission_name, assignment_id, operation_count IS NULL
    UNION ALL
    SELECT 'user', org, source, user_id, count(*), sum(hash(caller, look))
    FROM dfns_user_assignments
    GROUP BY org, source, user_id, permission_id, permission_name, assignment_id, operation_count IS NULL
    UNION ALL
    SELECT 'permission', org, source, permission_id, count(*), sum(hash(caller, look))
    FROM dfns_permission_operations
    GROUP BY org, source, permission_id, operation
    UNION ALL
    SELECT 'permission', org, source, permission_id, count(*), sum(hash(caller, look))
    FROM dfns_pending_operations
    GROUP BY org, source, permission_id, operation
    UNION ALL
    SELECT 'policy', org, source, policy_id, count(*), sum(hash(caller, look))
    FROM dfns_policy_groups
    GROUP BY
        org, source, policy_id, group_no, name, quorum, anyone_can_approve, initiator_can_approve,
        service_accounts_can_approve
    UNION ALL
    SELECT 'policy', org, source, policy_id, count(*), sum(hash(caller, look))
    FROM dfns_policy_filters
    GROUP BY org, source, policy_id, filter, value
),
unsteady AS (
    SELECT i.org, i.source, i.series, i.object, i.id, count(*) > 1 AS is_rewritten
    FROM items AS i
    JOIN series AS s ON s.org = i.org AND s.source = i.source AND s.series = i.series
    WHERE i.id IS NOT NULL
    GROUP BY i.org, i.source, i.series, i.object, i.id
    HAVING count(*) > 1 OR sum(i.times) <> max(s.times) OR sum(i.fingerprint) <> max(s.fingerprint)
    UNION ALL
    SELECT i.org, i.source, i.series, i.object, i.id, false
    FROM inside AS n
    JOIN items AS i ON i.org = n.org AND i.source = n.source AND i.object = n.object AND i.id = n.id
    WHERE n.times <> i.times OR n.fingerprint <> i.fingerprint
    UNION ALL
    SELECT s.org, s.source, s.series, n.object, n.id, false
    FROM dfns_unsteady_inmost AS n
    JOIN series AS s ON s.org = n.org AND s.source = n.source
)
SELECT
    row_number() OVER (ORDER BY org, source, series, object, id) AS top, org, source, series, object, id,
    bool_or(is_rewritten) AS is_rewritten
FROM unsteady
GROUP BY org, source, series, object, id
