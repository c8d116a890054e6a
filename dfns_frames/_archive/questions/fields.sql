-- What did each look say about these things?
--
-- A row is one field of one thing in one look: text is in `word`, a time in `moment`, a number with decimals in
-- `amount`. Ids are not fields, nor is what is counted or worked out from other rows. Fields that say the same
-- in all looks are left out.
SELECT
    l.top, l.seen_at, l.object, l.thing, l.around, f.field,
    CASE f.field
        WHEN 'name' THEN t.name
        WHEN 'kind' THEN t.kind
        WHEN 'is_active' THEN CAST(t.is_active AS STRING)
        WHEN 'org_id' THEN t.org_id
        WHEN 'linked_user_id' THEN t.linked_user_id
        WHEN 'linked_app_id' THEN t.linked_app_id
        WHEN 'cred_id' THEN t.cred_id
        WHEN 'public_key' THEN t.public_key
        WHEN 'secret_returned' THEN CAST(t.secret_returned AS STRING)
    END AS word,
    CASE f.field
        WHEN 'date_created' THEN t.date_created
    END AS moment,
    CAST(NULL AS DOUBLE) AS amount
FROM dfns_listed AS l
JOIN dfns_tokens AS t
    ON t.org = l.org AND t.caller = l.caller AND t.look = l.look AND t.source = l.source
    AND t.token_no = l.no
CROSS JOIN (VALUES
    ('name'), ('kind'), ('is_active'), ('date_created'), ('org_id'), ('linked_user_id'), ('linked_app_id'),
    ('cred_id'), ('public_key'), ('secret_returned')
) AS f(field)
WHERE l.object = 'token' AND l.is_rewritten
UNION ALL
SELECT
    l.top, l.seen_at, l.object, l.thing, l.around, f.field,
    CASE f.field
        WHEN 'username' THEN t.username
        WHEN 'name' THEN t.name
        WHEN 'kind' THEN t.kind
        WHEN 'is_active' THEN CAST(t.is_active AS STRING)
        WHEN 'is_service_account' THEN CAST(t.is_service_account AS STRING)
        WHEN 'is_registered' THEN CAST(t.is_registered AS STRING)
        WHEN 'is_sso_required' THEN CAST(t.is_sso_required AS STRING)
        WHEN 'org_id' THEN t.org_id
        WHEN 'tenant_id' THEN t.tenant_id
        WHEN 'credential_uuid' THEN t.credential_uuid
    END AS word,
    NULL AS moment,
    NULL AS amount
FROM dfns_listed AS l
JOIN dfns_users AS t
    ON t.org = l.org AND t.caller = l.caller AND t.look = l.look AND t.source = l.source
    AND t.user_no = l.no
CROSS JOIN (VALUES
    ('username'), ('name'), ('kind'), ('is_active'), ('is_service_account'), ('is_registered'),
    ('is_sso_required'), ('org_id'), ('tenant_id'), ('credential_uuid')
) AS f(field)
WHERE l.object = 'user' AND l.is_rewritten
UNION ALL
SELECT
    l.top, l.seen_at, l.object, l.thing, l.around, f.field,
    CASE f.field
        WHEN 'name' THEN t.name
        WHEN 'description' THEN t.description
        WHEN 'member_count' THEN CAST(t.member_count AS STRING)
        WHEN 'org_id' THEN t.org_id
        WHEN 'tenant_id' THEN t.tenant_id
    END AS word,
    CASE f.field
        WHEN 'date_created' THEN t.date_created
        WHEN 'date_updated' THEN t.date_updated
    END AS moment,
    NULL AS amount
FROM dfns_listed AS l
JOIN dfns_user_groups AS t
    ON t.org = l.org AND t.caller = l.caller AND t.look = l.look AND t.source = l.source
    AND t.group_no = l.no
CROSS JOIN (VALUES
    ('name'), ('description'), ('member_count'), ('org_id'), ('tenant_id'), ('date_created'),
    ('date_updated')
) AS f(field)
WHERE l.object = 'user_group' AND l.is_rewritten
UNION ALL
SELECT
    l.top, l.seen_at, l.object, l.thing, l.around, f.field,
    CASE f.field
        WHEN 'name' THEN t.name
        WHEN 'status' THEN t.status
        WHEN 'is_immutable' THEN CAST(t.is_immutable AS STRING)
        WHEN 'is_archived' THEN CAST(t.is_archived AS STRING)
        WHEN 'change_id' THEN t.change_id
        WHEN 'change_status' THEN t.change_status
        WHEN 'change_requested_by' THEN t.change_requested_by
    END AS word,
    CASE f.field
        WHEN 'date_created' THEN t.date_created
        WHEN 'date_updated' THEN t.date_updated
        WHEN 'change_date' THEN t.change_date
    END AS moment,
    NULL AS amount
FROM dfns_listed AS l
JOIN dfns_permissions AS t
    ON t.org = l.org AND t.caller = l.caller AND t.look = l.look AND t.source = l.source
    AND t.permission_no = l.no
CROSS JOIN (VALUES
    ('name'), ('status'), ('is_immutable'), ('is_archived'), ('date_created'), ('date_updated'),
    ('change_id'), ('change_status'), ('change_requested_by'), ('change_date')
) AS f(field)
WHERE l.object = 'permission' AND l.is_rewritten
UNION ALL
SELECT
    l.top, l.seen_at, l.object, l.thing, l.around, f.field,
    CASE f.field
        WHEN 'permission_id' THEN t.permission_id
        WHEN 'identity_id' THEN t.identity_id
        WHEN 'in_effect' THEN CAST(t.in_effect AS STRING)
        WHEN 'is_immutable' THEN CAST(t.is_immutable AS STRING)
        WHEN 'change_id' THEN t.change_id
        WHEN 'change_status' THEN t.change_status
        WHEN 'change_kind' THEN t.change_kind
        WHEN 'change_requested_by' THEN t.change_requested_by
    END AS word,
    CASE f.field
        WHEN 'date_created' THEN t.date_created
        WHEN 'date_updated' THEN t.date_updated
        WHEN 'change_date' THEN t.change_date
    END AS moment,
    NULL AS amount
FROM dfns_listed AS l
JOIN dfns_permission_assignments AS t
    ON t.org = l.org AND t.caller = l.caller AND t.look = l.look AND t.source = l.source
    AND t.assignment_no = l.no
CROSS JOIN (VALUES
    ('permission_id'), ('identity_id'), ('in_effect'), ('is_immutable'), ('date_created'),
    ('date_updated'), ('change_id'), ('change_status'), ('change_kind'), ('change_requested_by'),
    ('change_date')
) AS f(field)
WHERE l.object = 'permission_assignment' AND l.is_rewritten
UNION ALL
SELECT
    l.top, l.seen_at, l.object, l.thing, l.around, f.field,
    CASE f.field
        WHEN 'name' THEN t.name
        WHEN 'status' THEN t.status
        WHEN 'activity_kind' THEN t.activity_kind
        WHEN 'rule_kind' THEN t.rule_kind
        WHEN 'rule_currency' THEN t.rule_currency
        WHEN 'rule_timeframe' THEN CAST(t.rule_timeframe AS STRING)
        WHEN 'action_kind' THEN t.action_kind
        WHEN 'auto_reject_minutes' THEN CAST(t.auto_reject_minutes AS STRING)
        WHEN 'is_filtered' THEN CAST(t.is_filtered AS STRING)
        WHEN 'change_id' THEN t.change_id
        WHEN 'change_status' THEN t.change_status
        WHEN 'change_requested_by' THEN t.change_requested_by
    END AS word,
    CASE f.field
        WHEN 'date_created' THEN t.date_created
        WHEN 'date_updated' THEN t.date_updated
        WHEN 'change_date' THEN t.change_date
    END AS moment,
    CASE f.field WHEN 'rule_limit' THEN t.rule_limit END AS amount
FROM dfns_listed AS l
JOIN dfns_policies AS t
    ON t.org = l.org AND t.caller = l.caller AND t.look = l.look AND t.source = l.source
    AND t.policy_no = l.no
CROSS JOIN (VALUES
    ('name'), ('status'), ('activity_kind'), ('rule_kind'), ('rule_limit'), ('rule_currency'),
    ('rule_timeframe'), ('action_kind'), ('auto_reject_minutes'), ('is_filtered'), ('date_created'),
    ('date_updated'), ('change_id'), ('change_status'), ('change_requested_by'), ('change_date')
) AS f(field)
WHERE l.object = 'policy' AND l.is_rewritten
UNION ALL
SELECT
    l.top, l.seen_at, l.object, l.thing, l.around, f.field,
    CASE f.field
        WHEN 'permission_name' THEN t.permission_name
        WHEN 'assignment_id' THEN t.assignment_id
    END AS word,
    NULL AS moment,
    NULL AS amount
FROM dfns_listed AS l
JOIN dfns_token_assignments AS t
    ON t.org = l.org AND t.caller = l.caller AND t.look = l.look AND t.source = l.source
    AND t.token_no = l.no AND t.assignment_no = l.inner_no
CROSS JOIN (VALUES
    ('permission_name'), ('assignment_id')
) AS f(field)
WHERE l.object = 'assignment'
UNION ALL
SELECT
    l.top, l.seen_at, l.object, l.thing, l.around, f.field,
    CASE f.field
        WHEN 'permission_name' THEN t.permission_name
        WHEN 'assignment_id' THEN t.assignment_id
    END AS word,
    NULL AS moment,
    NULL AS amount
FROM dfns_listed AS l
JOIN dfns_user_assignments AS t
    ON t.org = l.org AND t.caller = l.caller AND t.look = l.look AND t.source = l.source
    AND t.user_no = l.no AND t.assignment_no = l.inner_no
CROSS JOIN (VALUES
    ('permission_name'), ('assignment_id')
) AS f(field)
WHERE l.object = 'user_assignment'
UNION ALL
SELECT
    l.top, l.seen_at, l.object, l.thing, l.around, f.field,
    CASE f.field
        WHEN 'name' THEN t.name
        WHEN 'quorum' THEN CAST(t.quorum AS STRING)
        WHEN 'anyone_can_approve' THEN CAST(t.anyone_can_approve AS STRING)
        WHEN 'initiator_can_approve' THEN CAST(t.initiator_can_approve AS STRING)
        WHEN 'service_accounts_can_approve' THEN CAST(t.service_accounts_can_approve AS STRING)
    END AS word,
    NULL AS moment,
    NULL AS amount
FROM dfns_listed AS l
JOIN dfns_policy_groups AS t
    ON t.org = l.org AND t.caller = l.caller AND t.look = l.look AND t.source = l.source
    AND t.policy_no = l.no AND t.group_no = l.inner_no
CROSS JOIN (VALUES
    ('name'), ('quorum'), ('anyone_can_approve'), ('initiator_can_approve'),
    ('service_accounts_can_approve')
) AS f(field)
WHERE l.object = 'policy_group'
