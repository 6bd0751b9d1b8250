"""A scale over all series that can scale lags of the target too. Must not fit anything but what the library's fits."""

from typing import Any

import pandas as pd
from pytorch_forecasting.data.encoders import TorchNormalizer


class WholeNormalizer(TorchNormalizer):  # type: ignore[misc]
    """TorchNormalizer as it is, for tables of one column too.

    WORKAROUND pytorch-forecasting 1.8: TimeSeriesDataSet hands lags of the target to their normaliser as a table, which
    TorchNormalizer.transform cannot read.
    """

    def transform(self, y: Any, *args: Any, **kwargs: Any) -> Any:
        """Scale what the library gives, which may be a table of one column."""
        return super().transform(y.iloc[:, 0] if isinstance(y, pd.DataFrame) else y, *args, **kwargs)
