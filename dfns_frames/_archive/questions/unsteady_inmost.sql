-- Which operations of assignments, and approvers of a policy's groups, are not in all looks that list what is
-- around them?
--
-- A row is one of them, under the id of the token, user or policy. There are millions, so they are only counted
-- here: what is always there is listed as often as what is around it, in the same looks. A sum of hashes tells
-- which looks were counted, in case one lists something twice and another not at all.
WITH token_operations AS (
    SELECT
        org, source, token_id, permission_id, operation, count(*) AS times,
        sum(hash(caller, look)) AS fingerprint
    FROM dfns_token_operations
    GROUP BY org, source, token_id, permission_id, operation
),
token_assignments AS (
    SELECT
        org, source, token_id, permission_id, count(operation_count) AS times,
        sum(CASE WHEN operation_count IS NOT NULL THEN hash(caller, look) END) AS fingerprint
    FROM dfns_token_assignments
    GROUP BY org, source, token_id, permission_id
),
user_operations AS (
    SELECT
        org, source, user_id, permission_id, operation, count(*) AS times,
        sum(hash(caller, look)) AS fingerprint
    FROM dfns_user_operations
    GROUP BY org, source, user_id, permission_id, operation
),
user_assignments AS (
    SELECT
        org, source, user_id, permission_id, count(operation_count) AS times,
        sum(CASE WHEN operation_count IS NOT NULL THEN hash(caller, look) END) AS fingerprint
    FROM dfns_user_assignments
    GROUP BY org, source, user_id, permission_id
),
policy_approvers AS (
    SELECT
        org, source, policy_id, group_no, user_id, count(*) AS times,
        sum(hash(caller, look)) AS fingerprint
    FROM dfns_policy_approvers
    GROUP BY org, source, policy_id, group_no, user_id
),
policy_groups AS (
    SELECT org, source, policy_id, group_no, count(*) AS times, sum(hash(caller, look)) AS fingerprint
    FROM dfns_policy_groups
    GROUP BY org, source, policy_id, group_no
)
SELECT
    o.org, o.source, 'token' AS object, o.token_id AS id, o.permission_id AS around, o.operation AS word
FROM token_operations AS o
JOIN token_assignments AS a
    ON a.org = o.org AND a.source = o.source AND a.token_id = o.token_id AND a.permission_id = o.permission_id
WHERE o.times <> a.times OR o.fingerprint <> a.fingerprint
UNION ALL
SELECT o.org, o.source, 'user', o.user_id, o.permission_id, o.operation
FROM user_operations AS o
JOIN user_assignments AS a
    ON a.org = o.org AND a.source = o.source AND a.user_id = o.user_id AND a.permission_id = o.permission_id
WHERE o.times <> a.times OR o.fingerprint <> a.fingerprint
UNION ALL
SELECT o.org, o.source, 'policy', o.policy_id, CAST(o.group_no AS STRING), o.user_id
FROM policy_approvers AS o
JOIN policy_groups AS g
    ON g.org = o.org AND g.source = o.source AND g.policy_id = o.policy_id AND g.group_no = o.group_no
WHERE o.times <> g.times OR o.fingerprint <> g.fingerprint
