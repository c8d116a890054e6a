-- Which looks list each of these things, one after the other?
--
-- A row is one thing in one look that lists it: the n-th look of its spell, with the looks before and after.
SELECT
    top, object, thing, seen_at, spell,
    row_number() OVER w AS n,
    lag(seen_at) OVER w AS seen_before,
    lead(seen_at) OVER w AS seen_after
FROM dfns_spells
WHERE is_there
WINDOW w AS (PARTITION BY top, thing, spell ORDER BY seen_at)
