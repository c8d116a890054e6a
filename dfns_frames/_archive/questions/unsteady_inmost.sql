-- Which operations of assignments, and approvers of a policy's groups, are not in all looks that list what is
-- around them?
--
-- A row is one of them, under the id of the token, user or policy. There are millions, so they are only counted
-- here: what is always there is listed as often as what is around it, in the same looks. A sum of hashes tells
-- which looks were counted, in case one lists something twice and another not at all.
WITH inmost AS (
    SELECT
        'token' AS object, org, source, token_id AS id, permission_id AS around, operation AS word, caller, look
    FROM dfns_token_operations
    UNION ALL
    SELECT 'user', org, source, user_id, permission_id, operation, caller, look
    FROM dfns_user_operations
    UNION ALL
    SELECT 'policy', org, source, policy_id, CAST(group_no AS STRING), user_id, caller, look
    FROM dfns_policy_approvers
),
around AS (
    SELECT 'token' AS object, org, source, token_id AS id, permission_id AS around, caller, look
    FROM dfns_token_assignments
    WHERE operation_count IS NOT NULL
    UNION ALL
    SELECT 'user', org, source, user_id, permission_id, caller, look
    FROM dfns_user_assignments
    WHERE operation_count IS NOT NULL
    UNION ALL
    SELECT 'policy', org, source, policy_id, CAST(group_no AS STRING), caller, look
    FROM dfns_policy_groups
),
counted AS (
    SELECT object, org, source, id, around, word, count(*) AS times, sum(hash(caller, look)) AS fingerprint
    FROM inmost
    GROUP BY object, org, source, id, around, word
),
expected AS (
    SELECT object, org, source, id, around, count(*) AS times, sum(hash(caller, look)) AS fingerprint
    FROM around
    GROUP BY object, org, source, id, around
)
SELECT c.object, c.org, c.source, c.id, c.around, c.word
FROM counted AS c
JOIN expected AS e
    ON e.object = c.object AND e.org = c.org AND e.source = c.source AND e.id = c.id AND e.around = c.around
WHERE c.times <> e.times OR c.fingerprint <> e.fingerprint
