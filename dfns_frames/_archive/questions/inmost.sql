-- And inside of those: the operations of assignments, and the approvers of a policy's groups?
--
-- A row is one of them in one look, as in the question before; of assignments, the looks that list
-- operations count. There are many, so those that are in every one of these looks are left out before
-- anything is sorted: nothing changed about them.
WITH around AS (
    SELECT
        top, object, thing, seen_at, spell, inner_spell,
        row_number() OVER w AS n,
        lag(seen_at) OVER w AS seen_before,
        lead(seen_at) OVER w AS seen_after,
        count(*) OVER (PARTITION BY top, object, thing, spell, inner_spell) AS looks
    FROM dfns_inside
    WHERE NOT is_open
    WINDOW w AS (PARTITION BY top, object, thing, spell, inner_spell ORDER BY seen_at)
),
inmost AS (
    SELECT
        l.top, l.object, l.thing, l.seen_at,
        a.spell, a.inner_spell, a.n, a.seen_before, a.seen_after, a.looks
    FROM dfns_listed AS l
    JOIN around AS a ON a.top = l.top AND a.thing = l.around AND a.seen_at = l.seen_at
    WHERE l.level = 2
),
unsteady AS (
    SELECT top, object, thing, spell, inner_spell
    FROM inmost
    GROUP BY top, object, thing, spell, inner_spell
    HAVING count(*) < max(looks)
)
SELECT
    m.top, m.object, m.thing, m.seen_at, m.n, m.seen_before, m.seen_after,
    lag(m.n) OVER w AS last_n,
    lead(m.n) OVER w AS next_n
FROM inmost AS m
JOIN unsteady AS u
    ON u.top = m.top AND u.object = m.object AND u.thing = m.thing AND u.spell = m.spell
    AND u.inner_spell = m.inner_spell
WINDOW w AS (PARTITION BY m.top, m.object, m.thing, m.spell, m.inner_spell ORDER BY m.n)
