"""Compare saved pictures with freshly drawn ones."""

import tempfile
from pathlib import Path

from matplotlib.testing.compare import compare_images
from matplotlib.testing.exceptions import ImageComparisonFailure

# Root mean square over all pixels, of 255. On the versions of constraints.txt, whose matplotlib brings its
# own fonts, the same chart is the same to the pixel; one digit more or less in a caption is about 1.
TOLERANCE = 0.5


def same(saved: bytes, fresh: bytes) -> bool:
    """Tell whether two PNG files show the same."""
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder, "saved.png"), Path(folder, "fresh.png")
        for path, content in zip(paths, (saved, fresh), strict=True):
            path.write_bytes(content)
        try:
            return compare_images(*map(str, paths), tol=TOLERANCE) is None
        except ImageComparisonFailure:  # they differ in size
            return False
