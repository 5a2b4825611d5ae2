"""Doing once, before the doors close, what libraries do at their first use: importing more.

After that nothing can be imported, since nothing can be opened.
"""

import importlib
import sys
import warnings

LATE = (
    *("bz2", "lzma", "gzip", "zipfile", "unicodedata"),
    *("encodings.cp437", "encodings.idna", "encodings.latin_1", "encodings.raw_unicode_escape"),
    *("scipy.sparse.csgraph", "scipy.special", "scipy.stats", "scipy.cluster.hierarchy"),
    *("scipy.linalg", "scipy.spatial.distance", "sklearn.utils.parallel", "threadpoolctl"),
    *("sklearn.experimental.enable_iterative_imputer", "joblib._parallel_backends"),
)


def warm_learning() -> None:
    """Fit and ask something small of most kinds, so that their late imports are done."""
    import sklearn

    for name in (*LATE, *(f"sklearn.{part}" for part in sklearn.__all__), "lz4.frame"):
        _try_import(name)
    if "xgboost" in sys.modules:
        _keep_version()
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,
        IsolationForest,
        RandomForestClassifier,
    )
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    table = np.arange(24.0).reshape(12, 2) % 7
    classes = np.arange(12) % 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for estimator in (
            make_pipeline(StandardScaler(), LogisticRegression()),
            RandomForestClassifier(2),
            KNeighborsClassifier(2),
            HistGradientBoostingClassifier(max_iter=2),
        ):
            estimator.fit(table, classes).predict_proba(table)
        KMeans(2, n_init=1).fit(table).predict(table)
        IsolationForest(n_estimators=2).fit(table).decision_function(table)
        words = np.array([["a", 1], ["b", 2]], dtype=object)
        OneHotEncoder(handle_unknown="ignore").fit(words).transform(words)


def warm_conversion() -> None:
    """Convert something small in every way."""
    import numpy as np
    import onnxruntime
    import treelite
    from skl2onnx import to_onnx
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    table = np.arange(24.0).reshape(12, 2) % 7
    classes = np.arange(12) % 2
    chosen = ColumnTransformer([("a", StandardScaler(), [0]), ("b", OneHotEncoder(), [1])])
    model = make_pipeline(chosen, LogisticRegression()).fit(table, classes)
    graph = to_onnx(model, table, options={"zipmap": False}).SerializeToString()
    onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    forest = RandomForestClassifier(2).fit(table, classes)
    treelite.gtil.predict(treelite.sklearn.import_model(forest), table, nthread=1)


def warm_skops() -> None:
    """Save and load something small."""
    import skops.io
    from sklearn.linear_model import LinearRegression

    kept = skops.io.dumps(LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]))
    skops.io.loads(kept, trusted=skops.io.get_untrusted_types(data=kept))


def _keep_version() -> None:
    """XGBoost reads its version from a file whenever it wants it."""
    import xgboost

    version = xgboost.__version__
    for module in (xgboost.core, xgboost.sklearn):
        module._py_version = lambda: version


def _try_import(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError:
        return
