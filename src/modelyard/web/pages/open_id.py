"""Signing in at an OpenID Connect provider: the way there, and the way back."""

import hmac

from flask import Blueprint, Response, current_app, redirect, request

from modelyard.accounts.sign_in import network_of
from modelyard.accounts.throttle import MINUTE_S, Limit, bucket_of
from modelyard.accounts.user import User, clean_email
from modelyard.errors import Conflict, Denied, ModelyardError, NotFound, Unavailable
from modelyard.web import cookies, entry, guard
from modelyard.web.command_lines import first_owner
from modelyard.web.live import live, services
from modelyard.web.needs import open_to_everybody
from modelyard.web.open_id.attempt import LIVES_S, Attempt, begin, find_attempt, sealed
from modelyard.web.open_id.provider import Provider, Vouched
from modelyard.web.own_address import own_address, own_path
from modelyard.web.pages.sign_in import form

blueprint = Blueprint("open_id", __name__, url_prefix="/sign-in/oidc")
PROVIDER = "modelyard.provider"
CALLBACK = "/sign-in/oidc/callback"
MOST_A_MINUTE = 30
"""Answers of providers that one network may bring."""


@blueprint.get("")
@open_to_everybody
def leave() -> Response:
    """Lead to the provider."""
    target = own_path(request.args.get("next", "/"))
    try:
        require_people()
        attempt = begin(target)
        address = provider().way_there(attempt, way_back())
    except NotFound:
        raise
    except ModelyardError as fault:
        return form(target, fault=fault)
    answer = redirect(address, 303)
    left = Response(answer.get_data(), 303, answer.headers)
    cookies.set_cookie(left, cookies.OPEN_ID, sealed(attempt), LIVES_S)
    left.headers["Cache-Control"] = "no-store"
    return left


@blueprint.get("/callback")
@open_to_everybody
def come_back() -> Response:
    """Let in the one for whom the provider vouches; its answer counts once, in one browser."""
    attempt = find_attempt(request.cookies.get(cookies.name_of(cookies.OPEN_ID), ""))
    target = attempt.target if attempt else "/"
    try:
        answer = _let_in(attempt)
    except NotFound:
        raise
    except ModelyardError as fault:
        answer = form(target, fault=fault)
    cookies.drop_cookie(answer, cookies.OPEN_ID)
    return answer


def _let_in(attempt: Attempt | None) -> Response:
    one = provider()
    network = network_of(request.remote_addr or "")
    limit = Limit(bucket_of("open-id", network), MOST_A_MINUTE, MINUTE_S)
    live().records.accounts.throttle.take([limit])
    if attempt is None or not _is_same(request.args.get("state", ""), attempt.state):
        raise Denied(
            "sign-in",
            "this answer belongs to no sign-in that began in this browser a moment ago.",
            "Begin again.",
        )
    if "error" in request.args:
        said = " ".join(request.args["error"].split())[:80]
        raise Denied("sign-in", f"the provider did not let you in: {said}.", "Try again.")
    require_people()
    vouched = one.vouched(request.args.get("code", ""), attempt, way_back())
    return entry.let_in(_join(vouched), attempt.target)


def _join(vouched: Vouched) -> User:
    """Give the account of the one vouched for; raises Denied, noted in the audit log."""
    settings, accounts = services().settings, live().records.accounts
    email = clean_email(vouched.email)
    domain = email.rpartition("@")[2]
    try:
        return accounts.users.join(
            vouched.issuer,
            vouched.subject,
            email,
            vouched.name,
            role=settings.oidc_role,
            may_create=domain in settings.oidc_domains,
            address=guard.asker().address,
        )
    except Denied as refusal:
        detail = {"with": "single sign-on", "reason": refusal.why}
        accounts.audit.record(guard.asker(), "sign-in.refused", email, detail)
        raise


def provider() -> Provider:
    """Give the provider that the settings name; raises NotFound where they name none."""
    settings = services().settings
    if not settings.oidc_issuer or not settings.oidc_client_id:
        raise NotFound("single sign-on", "is not set up here.", "See MODELYARD_OIDC_ISSUER.")
    found = current_app.extensions.get(PROVIDER)
    if found is None:
        found = Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
        current_app.extensions[PROVIDER] = found
    one: Provider = found
    return one


def way_back() -> str:
    """Give the address to which the provider leads back; raises Unavailable where unknown."""
    address = own_address()
    if not address:
        raise Unavailable(
            "single sign-on",
            "the service does not know its own address.",
            "Set MODELYARD_PUBLIC_URL to what people type.",
        )
    return address + CALLBACK


def require_people() -> None:
    """Raise Conflict where there is no owner yet: the first to come would be somebody else."""
    if not live().records.accounts.users.has_any():
        raise Conflict(
            "sign-in",
            "there is no owner yet.",
            f"Make one first: {first_owner()}",
        )


def _is_same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
