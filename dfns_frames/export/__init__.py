"""Files: CSV for anything that reads text, Parquet for machines, a workbook for people."""

from dfns_frames.export.methods import Exports
from dfns_frames.export.parquet import from_parquet

__all__ = ["Exports", "from_parquet"]
