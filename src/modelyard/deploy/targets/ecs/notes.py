"""What a person must know beside the changes."""

from modelyard.deploy.targets.ecs.aws import EcsOrder
from modelyard.deploy.targets.ecs.money import costs_guessed
from modelyard.deploy.targets.ecs.parts import DATABASE
from modelyard.deploy.targets.ecs.standing import Standing, bucket

POLICY = "The whole policy for who deploys: docs/deploy/permissions.md."


def notes_on_up(order: EcsOrder, now: Standing) -> tuple[str, ...]:
    """Say who gets in, and what is left to do by hand."""
    settings = order.settings
    found = [_reach(order)]
    if (order.is_public or settings.public or settings.allow_from) and not settings.domain:
        found.append(
            "There is no HTTPS without a domain: passwords can be read on the way. Set domain with "
            "certificate or hosted_zone."
        )
    if settings.domain and not settings.hosted_zone:
        found.append(
            f"Make the record {settings.domain}: a CNAME to the load balancer that status shows."
        )
    if not now.serving:
        found.append("The link that makes the owner, once: modelyard deploy logs ecs")
    return (*found, *costs_guessed(settings), POLICY)


def notes_on_rollback() -> tuple[str, ...]:
    """Say what does not go back."""
    return (
        "The database is not brought back. An image that is older than the database's shape will "
        "not start: then the services turn back by themselves to the image of now.",
    )


def notes_on_destroy(now: Standing, with_data: bool) -> tuple[str, ...]:
    """Say what stays."""
    if not now.status:
        return ("There is no such stack.",)
    if with_data or now.is_broken:
        return ("The data cannot be brought back. Copies made by hand stay where they are.",)
    stays = [name for name in (now.ids.get(DATABASE), bucket(now)) if name]
    return (
        f"These stay, in the same stack, and cost money: {', '.join(stays)}. "
        "The next deploy goes on with them; --with-data removes them too.",
    )


def _reach(order: EcsOrder) -> str:
    if order.is_public or order.settings.public:
        return "Public: everybody on the internet reaches the sign-in page."
    if order.settings.allow_from:
        return f"Private: only {', '.join(order.settings.allow_from)} can reach it."
    return (
        "Private: only private networks joined with its own (VPN, peering) can reach it. Others: "
        "allow_from, or --public."
    )
