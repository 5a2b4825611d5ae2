"""Small models as people train them."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import Birch, KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

ROWS = 300
TEXTS = ["cheap pills now", "lunch at noon?", "win money now", "see you at noon"] * 20


def people(random: np.random.Generator) -> pd.DataFrame:
    """Customers, as a table with texts, whole numbers, and gaps."""
    table = pd.DataFrame(
        {
            "age": random.integers(18, 90, ROWS).astype(float),
            "income": random.normal(40_000, 12_000, ROWS),
            "plan": random.choice(["basic", "plus", "max"], ROWS),
            "city": random.choice(["Zürich", "Köln", "Lyon"], ROWS),
            "visits": random.integers(0, 5, ROWS),
        }
    )
    table.loc[::17, "income"] = np.nan
    return table


def mixed(last: Any, *, unknown: str = "ignore", encoder: Any = None) -> Any:
    """Columns of several kinds, prepared, and an estimator behind them."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = encoder or OneHotEncoder(handle_unknown=unknown)
    prepared = ColumnTransformer(
        [("numbers", numbers, ["age", "income"]), ("words", words, ["plan", "city", "visits"])]
    )
    return make_pipeline(prepared, last)


def train_all() -> dict[str, tuple[Any, Any]]:
    """Give every model with the table it was trained on, by a short name."""
    random = np.random.default_rng(7)
    table = random.normal(0, 2, (ROWS, 6))
    value = table[:, 0] * 2 + np.sin(table[:, 1]) + random.normal(0, 0.1, ROWS)
    kind = np.array(["low", "middle", "high"])[np.digitize(value, [-2, 2])]
    customers = people(random)
    churn = (customers["plan"] == "basic") ^ (customers["age"] > 60)
    gaps = table.copy()
    gaps[::9, 2] = np.nan
    named = pd.DataFrame(table, columns=list("abcdef"))
    spam = np.array([1, 0, 1, 0] * 20)
    boosting = HistGradientBoostingClassifier(max_iter=20)
    strict = mixed(LogisticRegression(), unknown="error")
    pairs = np.column_stack([kind, kind[::-1]])
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return {
        "forest": (RandomForestClassifier(25, random_state=0).fit(named, kind), named),
        "forest value": (RandomForestRegressor(15, random_state=0).fit(table, value), table),
        "extra trees": (ExtraTreesRegressor(15, random_state=0).fit(table, value), table),
        "boosting": (GradientBoostingClassifier(n_estimators=15).fit(table, kind), table),
        "churn": (mixed(LogisticRegression()).fit(customers, churn), customers),
        "strict churn": (
            strict.fit(customers, churn),
            customers,
        ),
        "churn trees": (mixed(boosting, encoder=codes).fit(customers, churn), customers),
        "histogram": (HistGradientBoostingClassifier(max_iter=20).fit(gaps, kind), gaps),
        "histogram value": (HistGradientBoostingRegressor(max_iter=20).fit(gaps, value), gaps),
        "outliers": (IsolationForest(n_estimators=20, random_state=0).fit(table), table),
        "neighbours": (KNeighborsClassifier().fit(table, kind), table),
        "groups": (KMeans(4, n_init=2, random_state=0).fit(table), table),
        "scaled": (make_pipeline(MinMaxScaler(), LinearRegression()).fit(named, value), named),
        "two values": (LinearRegression().fit(table, np.column_stack([value, -value])), table),
        "two classes": (
            RandomForestClassifier(5, random_state=0).fit(table, pairs),
            table,
        ),
        "searched": (
            GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=2).fit(table, value > 0),
            table,
        ),
        "texts": (
            make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, spam),
            np.array(TEXTS, dtype=object),
        ),
        "kernel": (KernelRidge(kernel="rbf").fit(table, value), table),
        "birch": (Birch(n_clusters=3).fit(table), table),
        **_boosted(table, value, kind),
    }


def _boosted(table: Any, value: Any, kind: Any) -> dict[str, tuple[Any, Any]]:
    """The other libraries' models, where these are installed."""
    found: dict[str, tuple[Any, Any]] = {}
    try:
        import xgboost

        codes = np.unique(kind, return_inverse=True)[1]
        model = xgboost.XGBClassifier(n_estimators=10, max_depth=3, n_jobs=1)
        found["xgboost"] = (model.fit(table, codes), table)
    except ImportError:
        pass
    try:
        import lightgbm

        regressor = lightgbm.LGBMRegressor(n_estimators=10, verbose=-1, n_jobs=1)
        found["lightgbm"] = (regressor.fit(table, value), table)
    except ImportError:
        pass
    return found
