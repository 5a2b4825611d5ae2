"""A person's own account: tokens, sessions, password."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from modelyard.accounts.actor import SCOPES_OF
from modelyard.accounts.tokens import Token
from modelyard.errors import Invalid, ModelyardError
from modelyard.web import cookies, guard, visible
from modelyard.web.live import live, services
from modelyard.web.needs import for_people
from modelyard.web.once import once
from modelyard.web.own_address import own_address
from modelyard.web.own_tokens import create_token, revoke_token, set_quota
from modelyard.web.pages.browsers import browser_name
from modelyard.web.pages.page import led_to, page, status_of
from modelyard.web.query import Query

blueprint = Blueprint("account", __name__, url_prefix="/account")
LIVES = (7, 30, 90, 365)
"""Days after which a token may expire."""
WORDS = {
    "read": "see what you see",
    "run": "start runs",
    "write": "change what is yours",
    "admin": "see to people and to who may see what",
}
NOTES = {
    "name": "Others see the new name from now on.",
    "password": "The password is changed; your other sessions have ended.",
    "sessions": "You are signed out everywhere else.",
    "session": "That session has ended.",
    "quota": "The quota holds from now on.",
    "revoked": "The token is revoked.",
}


@blueprint.get("")
@for_people
def show() -> Response:
    """Show the account."""
    return account(note=NOTES.get(request.args.get("done", ""), ""))


@blueprint.post("/name")
@for_people
def change_name() -> Response:
    """Change the name that others see."""
    given, actor = Query(request.form, "name"), guard.asker()
    live().records.accounts.users.set_name(actor.user_id, given.text("name"), by=actor)
    return led_to("/account?done=name")


@blueprint.post("/password")
@for_people
def change_password() -> Response:
    """Change the password; the other sessions end."""
    given = Query(request.form, "email", "old_password", "password", "again")
    actor = guard.asker()
    try:
        if given.text("password") != given.text("again"):
            raise Invalid("password", "The two passwords are not the same.", "Type both again.")
        live().records.accounts.users.change_password(
            actor.user_id,
            given.text("old_password"),
            given.text("password"),
            by=actor,
            keep_session=request.cookies.get(cookies.session_name(), ""),
        )
    except ModelyardError as fault:
        return account(fault, {"at": "password"})
    return led_to("/account?done=password")


@blueprint.post("/sessions/end-others")
@for_people
def end_other_sessions() -> Response:
    """Sign out everywhere but here."""
    kept = request.cookies.get(cookies.session_name(), "")
    live().records.accounts.sessions.close_all(guard.asker().user_id, except_secret=kept)
    return led_to("/account?done=sessions")


@blueprint.post("/sessions/<session_id>/end")
@for_people
def end_session(session_id: str) -> Response:
    """Sign out in one other place."""
    live().records.accounts.sessions.close_one(guard.asker().user_id, session_id)
    return led_to("/account?done=session")


@blueprint.post("/tokens")
@for_people
def add_token() -> Response:
    """Make a token, and show it this once."""
    given = Query(request.form, "name", "scopes", "resource", "expires_days", "quota", "key")
    days = given.text("expires_days", "90")
    typed = {
        "at": "token",
        "name": given.text("name"),
        "scopes": list(given.many("scopes")),
        "resource": given.text("resource"),
        "expires_days": days,
        "quota": given.text("quota"),
    }
    wanted: dict[str, Any] = {key: typed[key] for key in ("name", "scopes", "resource", "quota")}
    wanted["expires_days"] = int(days) if days.isdecimal() else None if days == "never" else days
    try:
        with once():
            token, secret = create_token(wanted)
    except ModelyardError as fault:
        return account(fault, typed)
    return account(fresh=token, secret=secret)


@blueprint.post("/tokens/<token_id>/quota")
@for_people
def change_quota(token_id: str) -> Response:
    """Change how often a token of one's own may ask."""
    given = Query(request.form, "quota")
    try:
        set_quota(token_id, given.text("quota"))
    except ModelyardError as fault:
        return account(fault, {"at": token_id, "quota": given.text("quota")})
    return led_to("/account?done=quota")


@blueprint.post("/tokens/<token_id>/revoke")
@for_people
def end_token(token_id: str) -> Response:
    """Revoke a token of one's own."""
    revoke_token(token_id)
    return led_to("/account?done=revoked")


def account(
    fault: ModelyardError | None = None,
    typed: dict[str, Any] | None = None,
    note: str = "",
    fresh: Token | None = None,
    secret: str = "",
) -> Response:
    """Show the account with what was typed and what is wrong with it."""
    actor = guard.asker()
    if actor.kind != "user":
        return page("accounts/account.html", user=None)
    accounts = live().records.accounts
    settings = services().settings
    usual = {"scopes": ["read"], "expires_days": "90"}
    return page(
        "accounts/account.html",
        status_of(fault),
        user=accounts.users.get_user(actor.user_id),
        tokens=shown_tokens(accounts.tokens.list_tokens(actor.user_id)),
        sessions=shown_sessions(accounts.sessions.list_sessions(actor.user_id)),
        scopes=[
            (scope, WORDS[scope]) for scope in WORDS if scope in SCOPES_OF[actor.role or "viewer"]
        ],
        names=list(visible.datasets()),
        lives=LIVES,
        fault=fault,
        typed=usual | (typed or {}),
        note=note,
        fresh=fresh,
        secret=secret,
        trial=trial_address(fresh),
        usual_quota=settings.token_quota,
        oidc_name=settings.oidc_name if settings.oidc_issuer else "",
    )


def shown_tokens(tokens: list[Token]) -> list[dict[str, Any]]:
    """Shape tokens for the table; those that no longer count come last."""
    now = datetime.now(UTC)
    shown = [
        {
            "id": token.id,
            "name": token.name,
            "hint": token.hint,
            "scopes": token.scopes,
            "only": token.only,
            "quota": str(token.quota) if token.quota else "",
            "created_at": token.created_at,
            "expires_at": token.expires_at,
            "last_used_at": token.last_used_at,
            "revoked_at": token.revoked_at,
            "is_over": token.expires_at is not None and token.expires_at <= now,
        }
        for token in tokens
    ]
    return sorted(shown, key=lambda one: bool(one["revoked_at"] or one["is_over"]))


def shown_sessions(sessions: list[Any]) -> list[dict[str, Any]]:
    """Shape sessions for the table; the present one first."""
    present = guard.asker().credential
    shown = [
        {
            "id": session.id,
            "browser": browser_name(session.agent),
            "created_at": session.created_at,
            "seen_at": session.seen_at,
            "is_this": session.id == present,
        }
        for session in sessions
    ]
    return sorted(shown, key=lambda one: not one["is_this"])


def trial_address(token: Token | None) -> str:
    """Give the address of the API with which a fresh token can be tried."""
    path = "/api/v1/datasets" + (f"/{token.only.name}" if token and token.only else "")
    return (own_address() or "https://ADDRESS-OF-THIS-SERVICE") + path
