"""Model files for the tests of the pages, trained once and opened once."""

import io
import os
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from modelyard.accounts.actor import LAPTOP, Actor
from modelyard.models.offer import Offer
from modelyard.models.registry import Registry
from modelyard.models.version import Version
from modelyard.web.live import LIVE

MARKUP = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(2)>'
SIDECAR = """
title = "Who leaves"
description = "Whether a customer ends the contract."
outputs = ["leaves"]

[fields.age]
description = "Of the owner"
unit = "years"
low = 18
high = 90

[example]
age = 43
plan = "basic"
"""
NASTY_SIDECAR = f"""
title = 'Title {MARKUP}'
description = 'Told {MARKUP}'
outputs = ['{MARKUP}']

[fields.'{MARKUP}']
unit = '{MARKUP}'
description = '{MARKUP}'
"""


class Call:
    """Pickled, it is a call of a function."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("echo",)


def dumped(thing: Any) -> bytes:
    stream = io.BytesIO()
    joblib.dump(thing, stream)
    return stream.getvalue()


def line(slope: float) -> bytes:
    """A model that multiplies by `slope`."""
    x = np.arange(20.0).reshape(-1, 1)
    return dumped(LinearRegression().fit(x, slope * x[:, 0]))


def churn() -> bytes:
    """Leaves on the plan basic; a number and a text go in, both may be missing."""
    table = pd.DataFrame({"age": [20.0, 20, 40, 40] * 5, "plan": ["basic", "plus"] * 10})
    steps = [
        ("number", SimpleImputer(), ["age"]),
        ("word", OneHotEncoder(handle_unknown="ignore"), ["plan"]),
    ]
    pipeline = make_pipeline(ColumnTransformer(steps), LogisticRegression(C=100))
    return dumped(pipeline.fit(table, table["plan"] == "basic"))


def nasty() -> bytes:
    """A model whose input and classes are markup."""
    table = pd.DataFrame({MARKUP: np.arange(20.0)})
    kinds = np.where(table[MARKUP] > 9, MARKUP, IMAGE)
    return dumped(LogisticRegression().fit(table, kinds))


def wide() -> bytes:
    """A model with more inputs than a form can have."""
    return dumped(LinearRegression().fit(np.eye(70), np.arange(70.0)))


def publish(app: Any, name: str, content: bytes, by: Actor = LAPTOP, **more: str) -> Version:
    """Publish a file as a version of a model."""
    offer = Offer(model=name, file_name=more.pop("file_name", f"{name}.joblib"), **more)
    return registry_of(app).publish(offer, [content], by=by)


def registry_of(app: Any) -> Registry:
    registry: Registry = app.extensions[LIVE].records.models
    return registry


def customers(count: int = 400) -> pd.DataFrame:
    """People who leave when they call often; each row is another one."""
    number = np.arange(count)
    table = pd.DataFrame({"age": 18.0 + number % 70, "visits": (number * 7) % 10 + number / 1000})
    table["leaves"] = np.where(table["visits"] > 5, "leaves", "stays")
    return table


def leaving(column: str, limit: float) -> bytes:
    """A model that looks at one column alone, rightly or wrongly."""
    table = customers()
    inputs = table[["age", "visits"]]
    kinds = np.where(table[column] > limit, "leaves", "stays")
    return dumped(make_pipeline(StandardScaler(), LogisticRegression(C=100)).fit(inputs, kinds))
