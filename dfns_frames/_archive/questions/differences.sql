-- What differs between one look and the next?
--
-- A row is one difference: appeared, disappeared, changed (a field), or unknown (what the last look leaves
-- open). It lies between the looks `seen_after` and `seen_by`; the look `described_at` lists the thing. Rows
-- of `inmost` have the `thing` around them, and a `word`.
WITH varied AS (
    SELECT top, object, thing, field
    FROM dfns_fields
    GROUP BY top, object, thing, field
    HAVING min(word) <> max(word) OR count(word) NOT IN (0, count(*))
        OR min(moment) <> max(moment) OR count(moment) NOT IN (0, count(*))
        OR min(amount) <> max(amount) OR count(amount) NOT IN (0, count(*))
),
said AS (
    SELECT f.top, f.object, f.thing, f.seen_at, f.field, f.word, f.moment, f.amount, s.spell, 0 AS inner_spell
    FROM dfns_fields AS f
    JOIN varied AS v ON v.top = f.top AND v.object = f.object AND v.thing = f.thing AND v.field = f.field
    JOIN dfns_spans AS s ON s.top = f.top AND s.thing = f.thing AND s.seen_at = f.seen_at
    WHERE f.around IS NULL
    UNION ALL
    SELECT f.top, f.object, f.thing, f.seen_at, f.field, f.word, f.moment, f.amount, i.spell, i.inner_spell
    FROM dfns_fields AS f
    JOIN varied AS v ON v.top = f.top AND v.object = f.object AND v.thing = f.thing AND v.field = f.field
    JOIN dfns_inside AS i
        ON i.top = f.top AND i.object = f.object AND i.thing = f.thing AND i.seen_at = f.seen_at
    -- An assignment's id is often missing, which is no change.
    WHERE f.around IS NOT NULL AND (f.field <> 'assignment_id' OR f.word IS NOT NULL)
),
said_before AS (
    SELECT
        *,
        lag(seen_at) OVER w AS seen_before,
        lag(word) OVER w AS old_word,
        lag(moment) OVER w AS old_moment,
        lag(amount) OVER w AS old_amount
    FROM said
    WINDOW w AS (PARTITION BY top, object, thing, field, spell, inner_spell ORDER BY seen_at)
),
inside_ends AS (
    SELECT
        *,
        max(seen_at) OVER w AS last_seen,
        max(CASE WHEN NOT is_open THEN seen_at END) OVER w AS last_listed
    FROM dfns_inside
    WINDOW w AS (PARTITION BY top, object, thing, spell, inner_spell)
)
SELECT
    'appeared' AS change, top, object, object AS described_object, thing, CAST(NULL AS STRING) AS word,
    seen_at AS described_at, known_before AS seen_after, seen_at AS seen_by,
    CAST(NULL AS STRING) AS field, CAST(NULL AS STRING) AS old, CAST(NULL AS STRING) AS new,
    CAST(NULL AS TIMESTAMP) AS old_moment, CAST(NULL AS TIMESTAMP) AS new_moment,
    CAST(NULL AS DOUBLE) AS old_amount, CAST(NULL AS DOUBLE) AS new_amount
FROM dfns_spells
WHERE is_there AND NOT was_there
UNION ALL
SELECT
    'disappeared', top, object, object, thing, NULL, known_before,
    known_before, seen_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM dfns_spells
WHERE NOT is_there AND was_there
UNION ALL
SELECT
    'appeared', top, object, object, thing, NULL, seen_at,
    seen_before, seen_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM dfns_inside
WHERE n > 1 AND coalesce(last_n, 0) <> n - 1
UNION ALL
SELECT
    'disappeared', top, object, object, thing, NULL, seen_at,
    seen_at, seen_after, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM dfns_inside
WHERE seen_after IS NOT NULL AND coalesce(next_n, 0) <> n + 1
UNION ALL
SELECT
    'appeared', top, object, around_object, around, word, seen_at,
    seen_before, seen_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM dfns_inmost
WHERE n > 1 AND coalesce(last_n, 0) <> n - 1
UNION ALL
SELECT
    'disappeared', top, object, around_object, around, word, seen_at,
    seen_at, seen_after, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM dfns_inmost
WHERE seen_after IS NOT NULL AND coalesce(next_n, 0) <> n + 1
UNION ALL
SELECT
    'changed', top, object, object, thing, NULL, seen_at,
    seen_before, seen_at, field, old_word, word, old_moment, moment, old_amount, amount
FROM said_before
WHERE seen_before IS NOT NULL AND (
    word IS DISTINCT FROM old_word OR moment IS DISTINCT FROM old_moment
    OR amount IS DISTINCT FROM old_amount
)
UNION ALL
-- Listed once, and no later look says whether it still is.
SELECT
    'unknown', s.top, s.object, s.object, s.thing, NULL, s.seen_at,
    s.seen_at, e.last_read, 'listed', 'listed',
    CASE WHEN e.status = 'incomplete' OR e.set_aside = 0 THEN 'incomplete' ELSE 'set aside' END, NULL, NULL, NULL, NULL
FROM dfns_spells AS s
JOIN dfns_unsteady AS u ON u.top = s.top
JOIN dfns_ends AS e
    ON e.org = u.org AND e.source = u.source AND e.series = u.series AND e.seen_at = e.last_read
WHERE s.is_there AND s.seen_at = s.last_known AND s.seen_at < e.last_read
UNION ALL
-- Its operations were listed once, and are not in the last look that lists it.
SELECT
    'unknown', i.top, i.object, i.object, i.thing, NULL, i.seen_at,
    i.last_listed, i.seen_at, 'operations', 'listed', 'not listed', NULL, NULL, NULL, NULL
FROM inside_ends AS i
JOIN dfns_spells AS s ON s.top = i.top AND s.thing = i.around AND s.seen_at = i.seen_at
WHERE i.is_open AND i.last_listed IS NOT NULL AND i.seen_at = i.last_seen AND s.seen_at = s.last_known
