"""What a deployment on Vertex AI costs, and what a person must know of it."""

from modelyard.deploy.plan import CostRange
from modelyard.deploy.prices import Use, cost_of, month_hours, prices
from modelyard.deploy.targets.vertex_ai.names import Names

WHOLE = 100


def of(names: Names) -> CostRange | None:
    """Give the range; None where the machine's price is not known."""
    settings, hours = names.settings, month_hours()
    if _price(names) not in prices():
        return None
    both = 2 if settings.traffic_percent < WHOLE else 1
    low, high = settings.min_replicas * both, settings.max_replicas * both
    return cost_of((Use(_price(names), low * hours, high * hours),))


def notes(names: Names) -> tuple[str, ...]:
    """Say who gets in, and how it is asked."""
    settings = names.settings
    unknown = f"The price of {settings.machine} is not known here."
    return (
        "Private: only who has the role roles/aiplatform.user in the project may ask for "
        "predictions.",
        f"Ask it: gcloud ai endpoints predict {names.endpoint} --region={settings.region} "
        f"--project={settings.project} --json-request=request.json",
        "It answers predictions of the default model alone: people, runs and pages are for Cloud "
        "Run or Compute Engine.",
        *(() if _price(names) in prices() else (unknown,)),
    )


def _price(names: Names) -> str:
    return f"vertex_{names.settings.machine.replace('-', '_')}_hour"
