"""``python -m dfns_frames``."""

import sys

from dfns_frames.cli import main

sys.exit(main())
