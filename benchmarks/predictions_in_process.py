"""Predictions inside one process: our Predictor against scikit-learn's own predict, in turns.

Three models as people save them: a forest (100 trees, 30 numbers), a ColumnTransformer with
LogisticRegression on mixed columns, and HistGradientBoosting. One row and 100 rows per call, from
JSON text and from records to plain lists; scikit-learn gets the same records as a ready table
(pandas where columns have names), which flatters it. Both sides answer with probabilities.

Usage: python benchmarks/predictions_in_process.py [--seconds 1.0]
"""

import argparse
import io
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomTreesEmbedding,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from modelyard.models.opening import open_model
from modelyard.models.predict import Predictor, open_predictor

ROUNDS = 5


def models() -> dict[str, tuple[Any, pd.DataFrame]]:
    table, kind = numbers()
    random = np.random.default_rng(1)
    mixed = table[["n0", "n1", "n2", "n3", "n4", "n5"]].copy()
    for name in ("plan", "city", "colour", "size"):
        mixed[name] = random.choice(["a", "b", "c", "d"], len(mixed))
    prepared = ColumnTransformer(
        [
            ("numbers", StandardScaler(), [f"n{n}" for n in range(6)]),
            ("words", OneHotEncoder(handle_unknown="ignore"), ["plan", "city", "colour", "size"]),
        ]
    )
    return {
        "RandomForest(100), 30 numbers": (
            RandomForestClassifier(100, random_state=0).fit(table, kind),
            table,
        ),
        "ColumnTransformer+LogisticRegression": (
            make_pipeline(prepared, LogisticRegression()).fit(mixed, kind),
            mixed,
        ),
        "HistGradientBoosting(100)": (
            HistGradientBoostingClassifier(early_stopping=False).fit(table, kind),
            table,
        ),
    }


def kept() -> tuple[Any, pd.DataFrame]:
    """Give a model that cannot be converted, so that scikit-learn itself answers."""
    table, kind = numbers()
    return make_pipeline(RandomTreesEmbedding(100, random_state=0), LogisticRegression()).fit(
        table, kind
    ), table


def numbers() -> tuple[pd.DataFrame, Any]:
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(size=(3000, 30)), columns=[f"n{n}" for n in range(30)])
    return table, (table["n0"] + table["n1"] ** 2 > 1).astype(int)


def opened(estimator: Any) -> Predictor:
    stream = io.BytesIO()
    joblib.dump(estimator, stream)
    found = open_model(stream.getvalue())
    return open_predictor(found.description, found.content, stream.getvalue())


def microseconds(call: Callable[[], object], seconds: float) -> float:
    """Time one call, many in a row."""
    call()
    until = time.perf_counter() + seconds
    count, began = 0, time.perf_counter()
    while time.perf_counter() < until:
        call()
        count += 1
    return (time.perf_counter() - began) / count * 1e6


def ask_scikit_learn(estimator: Any, table: pd.DataFrame) -> Any:
    given = estimator.predict_proba(table)
    return estimator.classes_[given.argmax(axis=1)].tolist(), given.tolist()


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=float, default=0.3)
    seconds = arguments.parse_args().seconds
    print(
        f"{'model':38} {'rows':>4} {'json':>9} {'records':>9} {'rows only':>9} {'sklearn':>9} ratio"
    )
    for name, (estimator, table) in models().items():
        predictor = opened(estimator)
        for count in (1, 100):
            part = table.head(count)
            records = part.to_dict("records")
            body = json.dumps(records if count > 1 else records[0]).encode()
            rows = predictor.reader.json(body)
            sides: dict[str, Callable[[], object]] = {
                "json": lambda p=predictor, b=body: p.predict_json(b),
                "records": lambda p=predictor, r=records: p.predict_records(r),
                "rows": lambda p=predictor, r=rows: p.predict(r),
                "sklearn": lambda e=estimator, t=part: ask_scikit_learn(e, t),
            }
            seen: dict[str, list[float]] = {side: [] for side in sides}
            for _ in range(ROUNDS):
                for side, call in sides.items():
                    seen[side].append(microseconds(call, seconds / ROUNDS))
            took = {side: statistics.median(times) for side, times in seen.items()}
            ratio = took["sklearn"] / took["json"]
            print(
                f"{name:38} {count:4} {took['json']:8.1f}u {took['records']:8.1f}u "
                f"{took['rows']:8.1f}u {took['sklearn']:8.0f}u {ratio:5.0f}x"
                f"  {predictor.description.plan.runtime}"
            )


if __name__ == "__main__":
    main()
