-- When was each token listed, and how?
--
-- A row is one listed token in one look. `item` is the listed item that it is part of: itself, or its account
-- in the list of service accounts. Tokens without an id cannot be followed from look to look, and are left out.
SELECT
    l.org, t.token_id, l.source, l.series, l.seen_at, l.caller,
    t.name, t.date_created AS born, coalesce(t.is_active, false) AS is_active,
    CASE WHEN k.holds_tokens THEN t.linked_user_id ELSE t.token_id END AS item
FROM dfns_tokens AS t
JOIN dfns_looks AS l ON l.org = t.org AND l.caller = t.caller AND l.look = t.look AND l.source = t.source
LEFT JOIN dfns_known_sources AS k ON k.source = t.source
WHERE t.token_id IS NOT NULL
