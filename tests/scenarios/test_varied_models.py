"""Trained models varied like what-if models: sliders, tornado, grid, goal seek, chance."""

import pytest

from modelyard.errors import Invalid
from modelyard.models.description import Description, Field, Plan, Signature
from modelyard.models.predict import Prediction
from modelyard.varied.model import varied_model

FIELDS = (
    Field(name="sepal length (cm)", low=4.0, high=8.0, typical=5.8),
    Field(name="Sepal length (cm)", typical=1.0),
    Field(name="rooms", is_integer=True, low=1, high=9, typical=3),
    Field(name="colour", kind="text", categories=("red", "blue")),
    Field(name="is new", kind="boolean"),
    Field(name="ignored", is_used=False),
)
PLAN = Plan(runtime="onnx")
HOUSES = Description(
    task="regression",
    estimator="LinearRegression",
    signature=Signature(fields=FIELDS, shape="columns"),
    plan=PLAN,
    example={"sepal length (cm)": 5.0, "rooms": 2, "colour": "blue", "is new": True},
)
KINDS = Description(
    task="classification",
    estimator="LogisticRegression",
    signature=Signature(fields=(Field(name="x", low=0, high=1, typical=0.5),)),
    plan=PLAN,
    classes=(("no", "yes"),),
    has_probabilities=True,
)


def price(records: list[dict[str, object]]) -> Prediction:
    """What a model would predict; it sees the names and kinds that it was trained with."""
    (row,) = records
    assert isinstance(row["is new"], bool)
    length, rooms = float(str(row["sepal length (cm)"])), int(str(row["rooms"]))
    return Prediction([100 * length + 10 * rooms + (5 if row["colour"] == "red" else 0)])


def test_inputs_become_parameters_with_ranges_and_choices() -> None:
    what_if = varied_model("houses", "d" * 64, HOUSES, price)
    found = {one.name: one for one in what_if.parameters}
    assert list(found) == [
        "sepal_length_cm",
        "Sepal_length_cm",
        "rooms",
        "colour",
        "is_new",
    ]
    assert found["sepal_length_cm"].title == "sepal length (cm)"
    assert float(str(found["sepal_length_cm"].maximum)) == 8.0
    assert (found["rooms"].kind, found["rooms"].default) == ("integer", 2)
    assert found["colour"].choices == ("red", "blue")
    assert found["is_new"].default == "true"


def test_a_prediction_is_varied_like_any_what_if_model() -> None:
    what_if = varied_model("houses", "d" * 64, HOUSES, price)
    assert what_if.run(rooms=4)["prediction"] == 540
    assert what_if.sensitivity().bars[0].parameter == "sepal_length_cm"
    goal = what_if.goal_seek("prediction", 620, "sepal_length_cm")
    assert (goal.is_found, round(goal.value, 9)) == (True, 6.0)
    grid = what_if.grid({"rooms": [1, 2], "colour": ["red", "blue"]})
    assert grid.column("prediction") == [515, 510, 525, 520]
    with pytest.raises(Invalid, match="models/houses/rooms: 99 is above the maximum 9"):
        what_if.run(rooms=99)


def test_of_classes_the_probabilities_are_varied() -> None:
    def predict(records: list[dict[str, object]]) -> Prediction:
        yes = float(str(records[0]["x"]))
        return Prediction(["yes" if yes > 0.5 else "no"], [[1 - yes, yes]])

    what_if = varied_model("kinds", "d" * 64, KINDS, predict)
    answer = what_if.run(x=0.75)
    assert (answer["prediction"], answer["p_yes"]) == ("yes", 0.75)
    assert what_if.sensitivity("p_yes").bars[0].swing == pytest.approx(0.1)
    drawn = what_if.monte_carlo({"x": "uniform(0, 1)"}, draws=200, seed=3)
    assert drawn.spreads["p_yes"].mean == pytest.approx(0.5, abs=0.1)
