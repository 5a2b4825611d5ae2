"""Publishing a model that somebody sends, for pages and API alike."""

from modelyard.accounts.decision import decide
from modelyard.accounts.resource import Resource, Visibility
from modelyard.errors import Conflict, Denied, Invalid, SignInNeeded
from modelyard.models.files import LARGEST_SIDECAR
from modelyard.models.naming import clean_file_name, clean_name
from modelyard.models.offer import Offer
from modelyard.models.training_plan import not_trained
from modelyard.models.version import Version
from modelyard.web import guard
from modelyard.web.caller import SIGN_IN
from modelyard.web.live import live, services
from modelyard.web.uploads import received

LONGEST_NOTE = 1000
UNDECIDED = Visibility().decided_by


def require_publisher(name: str) -> None:
    """Pass where the one who asks may publish a version of a model, which may be a new one.

    Raises Invalid for a name that can be none, SignInNeeded and Denied, and Conflict for the name
    of a model that they may not see.
    """
    resource = Resource("model", clean_name(name))
    visibility = guard.visibility(resource)
    if not guard.is_here(resource) and visibility.decided_by == UNDECIDED:
        visibility = guard.EVERYBODY_INSIDE
    _require_write(resource, visibility)


def require_trainer(name: str) -> None:
    """Pass where the one who asks may train a model as modelyard.toml says: it gets a new version.

    Raises what `require_publisher` raises, but NotFound, as for one that is not trained, where the
    model is secret to them, and where the dataset is.
    """
    try:
        require_publisher(name)
    except Conflict:
        raise not_trained(name) from None
    section = services().workspace.config.models.get(name)
    if section is not None and section.train is not None:
        guard.require("read", Resource("dataset", section.train.dataset))


def publish_upload(name: str) -> tuple[Version, bool]:
    """Publish the file of this request; gives the version, and whether it is new.

    A model that is new is private to the one who publishes it, where that is a person, and
    modelyard.toml says nothing else. A file that is refused becomes a version that says why.
    Raises what `require_publisher` and `received` raise.
    """
    require_publisher(name)
    registry = live().records.models
    limits = {"sidecar": LARGEST_SIDECAR, "note": LONGEST_NOTE}
    most, where = registry.files.most_bytes, f"model '{name}'"
    with received(most, where, _clean_file_name, **limits) as upload:
        offer = Offer(
            model=name,
            file_name=upload.file_name,
            note=upload.texts["note"],
            sidecar=upload.texts["sidecar"],
        )
        is_claimed = _claim(Resource("model", name))
        try:
            newest = _newest(name)
            version = registry.publish_received(
                offer, registry.files.keep(upload.file), by=guard.asker()
            )
        except BaseException:
            if is_claimed and registry.find_model(name) is None:
                live().records.accounts.sharing.forget(Resource("model", name), by=guard.asker())
            raise
    return version, version.number > newest


def _clean_file_name(name: str) -> str:
    if not name:
        cure = "Add ?file_name=churn.joblib to the address, or send a form with the part 'file'."
        raise Invalid("file name", "is missing.", cure)
    return clean_file_name(name)


def _newest(name: str) -> int:
    model = live().records.models.find_model(name)
    return 0 if model is None else model.last_number


def _claim(resource: Resource) -> bool:
    """Make a new model private to the one who publishes it; tells whether that was done.

    Raises Conflict where somebody else has published one of that name since the request began.
    """
    actor = guard.asker()
    is_listed = services().workspace.find_sharing(resource.kind, resource.name) is not None
    if guard.is_here(resource) or is_listed or not actor.email:
        return False
    visibility = live().records.accounts.sharing.claim(resource, actor.email, by=actor)
    _require_write(resource, visibility)
    return True


def _require_write(resource: Resource, visibility: Visibility) -> None:
    decision = decide(guard.asker(), "write", resource, visibility)
    if decision.is_allowed:
        return
    if decision.needs_sign_in:
        raise SignInNeeded(str(resource), decision.why, SIGN_IN)
    if decision.is_secret and guard.asker().only is None:
        why = "is not a name under which you can publish."
        raise Conflict(f"model '{resource.name}'", why, "Choose another name.")
    raise Denied(str(resource), decision.why)
