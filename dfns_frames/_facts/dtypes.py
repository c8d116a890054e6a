"""The one dtype that text has in every DataFrame, whatever the version and options of pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd

# What pandas 3 calls "str". In pandas 2.3, and under `pd.options.future.infer_string = False`, that alias
# means numpy's objects instead, where a missing owner becomes the text "None" or "nan" as soon as it is cast.
TEXT = pd.StringDtype(na_value=np.nan)
