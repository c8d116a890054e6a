-- What does each look list inside these things?
--
-- A row is one assignment, operation of a permission, group of a policy, … in one look: the n-th look of the
-- spell of the thing around it. `last_n` and `next_n` are the nearest of these looks that list it too; where
-- they skip a number, it was not there. Each time that it comes back, an inner spell begins.
WITH inside AS (
    SELECT
        l.top, l.object, l.thing, l.around, l.seen_at, l.is_open,
        l.org, l.caller, l.look, l.source, l.no, l.inner_no,
        s.spell, s.n, s.seen_before, s.seen_after,
        lag(s.n) OVER w AS last_n,
        lead(s.n) OVER w AS next_n
    FROM dfns_listed AS l
    JOIN dfns_spans AS s ON s.top = l.top AND s.thing = l.around AND s.seen_at = l.seen_at
    WHERE l.level = 1
    WINDOW w AS (PARTITION BY l.top, l.object, l.thing, s.spell ORDER BY s.n)
)
SELECT
    *,
    sum(CASE WHEN last_n = n - 1 THEN 0 ELSE 1 END) OVER (
        PARTITION BY top, object, thing, spell ORDER BY n
    ) AS inner_spell
FROM inside
