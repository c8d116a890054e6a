"""What to do about an error or a warning, in the words of the shell."""

from __future__ import annotations

from dfns_frames.errors import Hint

HINTS = {
    Hint.SKIP_INVALID: "pass --skip-invalid to set aside what does not fit and read the rest",
    Hint.FETCH_AGAIN: (
        "--skip-invalid only sets listed items aside and does not help here: fetch the list again"
    ),
    Hint.FILE_DATE: "give --fetched-at to say when the list was fetched",
    Hint.OTHER_ENDPOINT: "leave out --endpoint, or give the right one",
    Hint.NO_OPTIONS: "leave out --endpoint, --caller, --fetched-at and --skip-invalid",
    Hint.SAVED: (
        "give the response as the API sent it (JSON), or the folder that --out or --parquet wrote; no other "
        "export can be read back"
    ),
    Hint.BASELINE: (
        "give an audit as `dfns-frames audit --baseline`; what --from reads back is the folder that --out or "
        "--parquet wrote"
    ),
    Hint.REACH: (
        "check --region or the address in the environment, the network, and whether it takes a VPN or proxy"
    ),
    Hint.ASK: "leave out --from to ask the API, or save the response with curl and give the file",
    Hint.OPENED: "download the file first",
    Hint.JSON_TEXT: "give the name of a file, or - for standard input",
    Hint.DEADLINE: "try again, or save the response with curl and read it with --from",
    Hint.MAX_BODY: "save the response with curl and read it with --from",
    Hint.TIME: (
        "pass a date such as 2026-03-02 (the end of that day, UTC), or an RFC 3339 time such as "
        "2026-03-02T08:00:00Z"
    ),
    Hint.SINCE: (
        "pass a date such as 2026-03-02 (the beginning of that day, UTC), or an RFC 3339 time such as "
        "2026-03-02T08:00:00Z"
    ),
    Hint.OFFSET: "pass a date such as 2026-03-02, or a time with its offset such as 2026-03-02T08:00:00Z",
    Hint.SAME_CALLER: "if both are of one person, name them with --caller",
    Hint.FETCHED_AS: "if both are of one person, fetch both with the same --caller",
    Hint.EARLIER_FIRST: "name the earlier snapshot first: dfns-frames compare EARLIER LATER",
    Hint.LOOKED_AT: "say when each list was fetched, with --old-time and --new-time",
    Hint.REGION: "each organisation is in one region: try --region eu or --region uae",
    Hint.OPERATIONS: "`dfns-frames operations` lists them all",
}
"""The library's hints, in the words of the shell."""

MISSING = "fetch it with a token that may read it, or add the saved response with --from"
"""The hint for a table that is missing."""

OPTIONS = {"source": "--from", "thresholds": "--threshold", "when": "TIME", "category": "CATEGORY"}
"""The shell's name of an option whose name in the library would not give it."""
