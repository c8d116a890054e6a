-- When was each source last asked, last read, and last answered in full?
--
-- A row is one look, as in `looks`, with these times of its series.
SELECT
    *,
    max(CASE WHEN is_read AND seen_at < last_read THEN seen_at END) OVER s AS read_before
FROM (
    SELECT
        *,
        max(seen_at) OVER s AS last_asked,
        max(CASE WHEN is_read THEN seen_at END) OVER s AS last_read,
        max(CASE WHEN status = 'ok' THEN seen_at END) OVER s AS last_ok
    FROM dfns_looks
    WINDOW s AS (PARTITION BY org, source, series)
) AS looked
WINDOW s AS (PARTITION BY org, source, series)
