-- What does each look list inside those: which operations of assignments, which approvers of policy groups?
--
-- A row is one of them in one look, as in `inside`, unless it is in all of these looks. For assignments, only
-- looks that list operations count. `word` is the operation or the approver. One that a look lists several
-- times has a number for each.
WITH around AS (
    SELECT
        *,
        row_number() OVER w AS place,
        lag(seen_at) OVER w AS place_before,
        lead(seen_at) OVER w AS place_after
    FROM dfns_inside
    WHERE NOT is_open AND object IN ('assignment', 'user_assignment', 'policy_group')
    WINDOW w AS (PARTITION BY top, object, thing, spell, inner_spell ORDER BY seen_at)
),
inmost AS (
    SELECT
        'operation' AS object, t.org, t.caller, t.look, t.source, t.token_no AS no,
        t.assignment_no AS inner_no, t.operation AS word
    FROM dfns_token_operations AS t
    JOIN dfns_unsteady_inmost AS u
        ON u.org = t.org AND u.source = t.source AND u.object = 'token' AND u.id = t.token_id
        AND u.around = t.permission_id AND u.word = t.operation
    UNION ALL
    SELECT 'user_operation', t.org, t.caller, t.look, t.source, t.user_no, t.assignment_no, t.operation
    FROM dfns_user_operations AS t
    JOIN dfns_unsteady_inmost AS u
        ON u.org = t.org AND u.source = t.source AND u.object = 'user' AND u.id = t.user_id
        AND u.around = t.permission_id AND u.word = t.operation
    UNION ALL
    SELECT 'policy_approver', t.org, t.caller, t.look, t.source, t.policy_no, t.group_no, t.user_id
    FROM dfns_policy_approvers AS t
    JOIN dfns_unsteady_inmost AS u
        ON u.org = t.org AND u.source = t.source AND u.object = 'policy' AND u.id = t.policy_id
        AND u.around = CAST(t.group_no AS STRING) AND u.word = t.user_id
),
numbered AS (
    SELECT
        a.top, i.object, a.object AS around_object, a.thing AS around, i.word,
        row_number() OVER (PARTITION BY a.top, i.object, a.thing, i.word, a.seen_at ORDER BY i.word) AS copy,
        a.seen_at, a.spell, a.inner_spell, a.place AS n, a.place_before AS seen_before,
        a.place_after AS seen_after
    FROM inmost AS i
    JOIN around AS a
        ON a.org = i.org AND a.caller = i.caller AND a.look = i.look AND a.source = i.source
        AND a.no = i.no AND a.inner_no = i.inner_no
        AND a.object = CASE i.object
            WHEN 'operation' THEN 'assignment'
            WHEN 'user_operation' THEN 'user_assignment'
            ELSE 'policy_group'
        END
)
SELECT
    top, object, around_object, around, word, seen_at, n, seen_before, seen_after,
    lag(n) OVER w AS last_n,
    lead(n) OVER w AS next_n
FROM numbered
WINDOW w AS (PARTITION BY top, object, around, word, copy, spell, inner_spell ORDER BY n)
