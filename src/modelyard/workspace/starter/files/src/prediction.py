"""Ask a model of this workspace."""

import modelyard


def prediction(delays: modelyard.Predictor, **flight: str | float) -> dict[str, object]:
    """Predict how late a flight arrives: `delays` is the model of that name, as it is served."""
    answer = delays.predict(flight)
    minutes = round(answer.predictions[0], 1)
    return {"minutes": minutes, "model": delays.name, "version": delays.version}
