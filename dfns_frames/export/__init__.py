"""Files: a workbook for people, CSV, Markdown and JSON for other programs, Parquet as an archive."""

from dfns_frames.export.csv import to_csv
from dfns_frames.export.parquet import from_parquet, to_parquet
from dfns_frames.export.saving import to_json, write
from dfns_frames.export.workbook import to_excel

__all__ = ["from_parquet", "to_csv", "to_excel", "to_json", "to_parquet", "write"]
