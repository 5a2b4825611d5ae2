"""Small models, as people train them."""

import io
from typing import Any


def dumped(estimator: Any) -> bytes:
    import joblib

    stream = io.BytesIO()
    joblib.dump(estimator, stream)
    return stream.getvalue()


def churn() -> Any:
    """A pipeline with texts, where an unknown text has no answer."""
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    table = pd.DataFrame(
        {
            "age": [float(20 + n % 60) for n in range(120)],
            "income": [float(n * 37 % 3000) for n in range(120)],
            "plan": [("basic", "plus")[n % 2] for n in range(120)],
        }
    )
    leaves = ["leaves" if n % 60 > 30 else "stays" for n in range(120)]
    parts = ColumnTransformer(
        [("numbers", StandardScaler(), ["age", "income"]), ("words", OneHotEncoder(), ["plan"])]
    )
    return make_pipeline(parts, LogisticRegression()).fit(table, leaves)


def line(slope: float) -> Any:
    """A model of numbers: slope times x, plus y."""
    import pandas as pd
    from sklearn.linear_model import LinearRegression

    table = pd.DataFrame({"x": [0.0, 1.0, 2.0, 5.0], "y": [1.0, 0.0, 3.0, 1.0]})
    return LinearRegression().fit(table, slope * table["x"] + table["y"])


def kernel() -> Any:
    """A model that is served by a process of its own: there is no conversion for it."""
    import numpy as np
    from sklearn.kernel_ridge import KernelRidge

    table = np.arange(20.0).reshape(-1, 1)
    return KernelRidge(kernel="rbf").fit(table, table[:, 0])
