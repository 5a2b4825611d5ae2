"""How many minutes late a flight arrives, by what is known when it leaves.

modelyard.toml says on which table and how it is judged: [models.delays.train].
"""

import polars as pl
from sklearn.compose import make_column_transformer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

CLASSES = ["carrier", "origin", "month", "hour"]
NUMBERS = ["distance", "dep_delay"]


def train(data: pl.DataFrame, target: str, features: list[str], alpha: float = 1.0) -> Pipeline:
    """Fit a straight line through the numbers, with a step for every airline, month and hour."""
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), CLASSES), (StandardScaler(), NUMBERS)
    )
    return make_pipeline(columns, Ridge(alpha)).fit(data.select(features), data[target].to_numpy())
