"""Files: a workbook for people, CSV, Markdown and JSON for other programs, Parquet as an archive."""

from dfns_frames.export.methods import Exports
from dfns_frames.export.parquet import from_parquet
from dfns_frames.export.saving import write

__all__ = ["Exports", "from_parquet", "write"]
