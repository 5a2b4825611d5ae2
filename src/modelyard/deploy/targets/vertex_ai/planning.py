"""Plans for Vertex AI: each release is a model, and one endpoint shares requests among them."""

from collections.abc import Iterator

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google import apis, bucket
from modelyard.deploy.google.pushed import refuse_elsewhere
from modelyard.deploy.google.things import change_for, removal_of
from modelyard.deploy.naming import LABEL, refuse_foreign
from modelyard.deploy.plan import Change, DeployPlan
from modelyard.deploy.steps import Command
from modelyard.deploy.targets.vertex_ai import costs
from modelyard.deploy.targets.vertex_ai.names import (
    APIS,
    ENDPOINT,
    Found,
    Names,
    deployed,
    id_of,
    image_in,
    last_part,
    releases,
    traffic,
)
from modelyard.errors import Invalid, NotFound

WHOLE = 100
PORT = 8080
DEPLOY = ("aiplatform.endpoints.deploy", "aiplatform.models.get")
UNDEPLOY = ("aiplatform.endpoints.undeploy",)
UPDATE = ("aiplatform.endpoints.update",)


def questions(names: Names, seen: Seen) -> Iterator[Query]:
    """Say what must be known."""
    project = names.settings.project
    yield apis.question(project)
    if apis.KEY not in seen:
        return
    if apis.is_enabled(seen, "artifactregistry.googleapis.com"):
        yield from names.registry.questions(names.order.source, seen)
    if apis.is_enabled(seen, "storage.googleapis.com"):
        yield from bucket.questions(project, names.name, seen)
    yield from names.questions(seen)


def plan_up(names: Names, seen: Seen) -> DeployPlan:
    """Say how the wanted state is reached. Raises Invalid for what Vertex AI cannot."""
    if names.order.is_public:
        raise Invalid(
            "--public",
            "Vertex AI lets in nobody but those to whom the project gives the right.",
            "Leave it out; or take Cloud Run or Compute Engine.",
        )
    refuse_elsewhere("Vertex AI", names.order.source.pushed)
    settings, name = names.settings, names.name
    in_cloud = settings.build == "cloud_build"
    wanted_apis = (*APIS, *(("cloudbuild.googleapis.com",) if in_cloud else ()))
    changes = (
        apis.change(settings.project, seen, wanted_apis),
        bucket.change(settings.project, settings.region, name, seen),
        change_for(names.registry.thing(), seen, name),
        names.registry.change(names.order.source, seen, in_cloud),
        _upload(names, seen),
        _endpoint(names, seen),
        *_share(names, names.release(seen), settings.traffic_percent, seen),
        *_old_models(names, seen),
    )
    title = f"Deploy {name} to Vertex AI"
    return DeployPlan(title, names.place, changes, costs.of(names), costs.notes(names))


def plan_rollback(names: Names, seen: Seen) -> DeployPlan:
    """Go back to the release before that has another image. Raises NotFound where none is."""
    before = previous(names, seen)
    changes = tuple(_share(names, last_part(before["name"]), WHOLE, seen))
    notes = (f"Back to {image_in(before)}, with all requests.",)
    return DeployPlan(f"Roll {names.name} back on Vertex AI", names.place, changes, notes=notes)


def previous(names: Names, seen: Seen) -> Found:
    """Give the model to go back to."""
    found, now = releases(names, seen), deployed(seen)
    ids = [last_part(one["name"]) for one in found]
    current = last_part(now[0].get("model")) if now else ""
    if current not in ids:
        raise NotFound("rollback", f"{names.name} has no release here.", "Deploy it first.")
    others = [last_part(one.get("model")) for one in now[1:]]
    at = ids.index(current)
    image = image_in(found[at])
    beside = [found[ids.index(one)] for one in others if one in ids]
    for one in (*beside, *found[at + 1 :]):
        if image_in(one) != image:
            return one
    raise NotFound("rollback", "there is no release before this one.", "Deploy the one you want.")


def plan_destroy(names: Names, seen: Seen, with_data: bool) -> DeployPlan:
    """Remove all that is labelled as this deployment's."""
    changes = tuple(_removals(names, seen, with_data))
    notes = ("The APIs stay enabled: others may use them.",)
    return DeployPlan(f"Remove {names.name} from Vertex AI", names.place, changes, notes=notes)


def _upload(names: Names, seen: Seen) -> Change:
    release, settings = names.release(seen), names.settings
    what, why = f"model {release}", "the release: the image, and how it is asked"
    if any(last_part(one["name"]) == release for one in releases(names, seen)):
        return Change(what, "keep", why)
    # As the doctor asks it: open, since Vertex AI lets in who may; nothing but predictions.
    environ = {"MODELYARD_PUBLIC": "true", "MODELYARD_RUN_WORKERS": "0", **settings.environment}
    pairs = ",".join(f"{name}={value}" for name, value in environ.items())
    step = names.ai(
        "make the model", "models", "upload", f"--model-id={release}",
        f"--display-name={names.name}",
        f"--container-image-uri={names.registry.image_of(names.order.source, seen)}",
        f"--container-ports={PORT}", "--container-predict-route=/invocations",
        "--container-health-route=/ping", f"--container-env-vars={pairs}",
        f"--container-deployment-timeout-seconds={settings.start_s}", f"--labels={names.label}",
    )  # fmt: skip
    return Change(what, "create", why, (step,), ("aiplatform.models.upload",))


def _endpoint(names: Names, seen: Seen) -> Change:
    what, why = f"endpoint {names.endpoint}", "one address, whatever release answers"
    found = seen.get(ENDPOINT)
    if found is not None:
        refuse_foreign(what, names.name, (found.get("labels") or {}).get(LABEL))
        return Change(what, "keep", why)
    named = (f"--endpoint-id={names.endpoint}", f"--display-name={names.name}")
    step = names.ai("make the endpoint", "endpoints", "create", *named, f"--labels={names.label}")
    return Change(what, "create", why, (step,), ("aiplatform.endpoints.create",))


def _share(names: Names, release: str, percent: int, seen: Seen) -> Iterator[Change]:
    """Give a release its share of the requests, and undeploy what then gets none."""
    number, now = id_of(release), traffic(seen)
    others = sorted(
        (one for one in deployed(seen) if one["id"] != number),
        key=lambda one: -now.get(str(one["id"]), 0),
    )
    is_whole = percent == WHOLE or not others
    rest = {} if is_whole else {str(others[0]["id"]): WHOLE - percent}
    split = {number: WHOLE if is_whole else percent, **rest}
    is_there = any(one["id"] == number for one in deployed(seen))
    yield _deployment(names, release, split) if not is_there else _split(names, split, now)
    for one in others:
        if str(one["id"]) not in split:
            yield _undeployment(names, str(one["id"]), last_part(one.get("model")))


def _deployment(names: Names, release: str, split: dict[str, int]) -> Change:
    settings, number = names.settings, id_of(release)
    shares = ",".join(
        f"{'0' if one == number else one}={share}" for one, share in split.items()
    )  # 0 is the one that is being deployed
    why = f"machines answer by it; requests: {_told(split, number)}"
    step = names.ai(
        "have machines answer by it", "endpoints", "deploy-model", names.endpoint,
        f"--model={release}",
        f"--display-name={release}", f"--deployed-model-id={number}",
        f"--machine-type={settings.machine}", f"--min-replica-count={settings.min_replicas}",
        f"--max-replica-count={settings.max_replicas}",
        f"--autoscaling-metric-specs=cpu-usage={settings.target_cpu_percent}",
        f"--traffic-split={shares}",
    )  # fmt: skip
    return Change(f"deployed model {release}", "create", why, (step,), DEPLOY)


def _split(names: Names, split: dict[str, int], now: dict[str, int]) -> Change:
    what, number = "traffic", next(iter(split))
    if now == split:
        return Change(what, "keep", _told(split, number))
    shares = ",".join(f"{one}={share}" for one, share in split.items())
    step = names.ai("share requests", "endpoints", "update", names.endpoint,
                    f"--traffic-split={shares}")  # fmt: skip
    return Change(what, "update", _told(split, number), (step,), UPDATE)


def _all_undeployed(names: Names, seen: Seen) -> Iterator[Change]:
    """Undeploy all; what has requests hands them on first, as Vertex AI demands."""
    now = traffic(seen)
    found = sorted(deployed(seen), key=lambda one: now.get(str(one["id"]), 0))
    last = str(found[-1]["id"]) if found else ""
    for one in found:
        number = str(one["id"])
        hands_on = number != last and number in now
        split = (f"--traffic-split={last}={WHOLE}",) if hands_on else ()
        yield _undeployment(names, number, last_part(one.get("model")), split)


def _undeployment(names: Names, number: str, release: str, split: tuple[str, ...] = ()) -> Change:
    why = "no request goes there, and its machines cost"
    step = names.ai("undeploy it", "endpoints", "undeploy-model", names.endpoint,
                    f"--deployed-model-id={number}", *split)  # fmt: skip
    return Change(f"deployed model {release}", "delete", why, (step,), UNDEPLOY)


def _told(split: dict[str, int], number: str) -> str:
    share = split[number]
    return f"{share}% to it" + (f", {WHOLE - share}% to the one before" if share < WHOLE else "")


def _old_models(names: Names, seen: Seen) -> Iterator[Change]:
    used = {last_part(one.get("model")) for one in deployed(seen)} | {names.release(seen)}
    others = [one for one in releases(names, seen) if last_part(one["name"]) not in used]
    kept = max(names.settings.releases_kept - len(used), 0)
    for one in others[kept:]:
        yield _model_removal(names, last_part(one["name"]), "old releases are not kept")


def _model_removal(names: Names, release: str, why: str) -> Change:
    step = names.ai("remove it", "models", "delete", release)
    return Change(f"model {release}", "delete", why, (step,), ("aiplatform.models.delete",))


def _removals(names: Names, seen: Seen, with_data: bool) -> Iterator[Change]:
    found, what = seen.get(ENDPOINT), f"endpoint {names.endpoint}"
    if found is not None and (found.get("labels") or {}).get(LABEL) != names.name:
        yield Change(what, "keep", "was not made by this deployment")
    elif found is not None:
        yield from _all_undeployed(names, seen)
        steps: tuple[Command, ...] = (names.ai("remove it", "endpoints", "delete", names.endpoint),)
        yield Change(what, "delete", "it goes", steps, ("aiplatform.endpoints.delete",))
    for model in releases(names, seen):
        yield _model_removal(names, last_part(model["name"]), "the release goes")
    yield removal_of(names.registry.thing(), seen, names.name)
    # Nothing is kept in the bucket but the lock, so it goes in any case.
    _ = with_data
    yield bucket.removal(names.settings.project, names.name, seen, True)
