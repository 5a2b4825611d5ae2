"""What a person should know before saying yes."""

from collections.abc import Iterator

from modelyard.deploy.cloud import Seen
from modelyard.deploy.targets.cloud_run.access import wished_invokers
from modelyard.deploy.targets.cloud_run.names import Names, address

REACH = {
    "all": "from everywhere",
    "internal": "from this project's networks",
    "load_balancer": "through a load balancer, and from this project's networks",
}


def notes(names: Names, seen: Seen) -> tuple[str, ...]:
    """Say who gets in, where, and what is not kept."""
    return tuple(_notes(names, seen))


def _notes(names: Names, seen: Seen) -> Iterator[str]:
    settings = names.settings
    reach = f"it is reached {REACH[settings.ingress]}"
    where = address(names, seen)
    if names.is_public:
        yield f"PUBLIC: everybody may ask it, and {reach}; its own accounts decide who gets in."
    else:
        who = ", ".join(wished_invokers(names)) or "nobody but owners and editors of the project"
        yield f"private: {who} may ask it; {reach}."
        proxy = f"gcloud run services proxy {names.name} {names.where} --project={names.project}"
        yield f"To open it in a browser: {proxy}"
    yield f"Address: {where or 'known once the project has its APIs'}"
    if settings.database == "none":
        yield "Without a database accounts and runs are lost whenever the instance ends."
    if settings.workers == "none":
        yield "Without workers runs wait: an instance has no processor after its answer."
    first = "the link that makes the owner stands in the logs, once"
    yield f"After the first deployment {first}: modelyard deploy logs cloud_run"
