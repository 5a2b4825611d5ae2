"""Who asks is told from the environ alone, for doors that stand beside Flask."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import EnvironBuilder

from modelyard.accounts.actor import Actor
from modelyard.errors import Denied, SignInNeeded
from modelyard.web.askers import find_actor
from modelyard.web.cookies import SESSION
from modelyard.web.live import LIVE, LiveServices

NEAR = {"REMOTE_ADDR": "127.0.0.1"}


def ask(app: Any, **headers: str) -> Actor:
    live: LiveServices = app.extensions[LIVE]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return find_actor(EnvironBuilder(headers=named, environ_base=NEAR).get_environ(), live)


def cookie_of(desk: Any, email: str) -> str:
    kept = desk.signed_in(email).get_cookie(SESSION)
    return f"{SESSION}={kept.value}"


def test_a_token_goes_before_a_session_and_the_first_cookie_before_the_second(
    make_team: Callable[..., Any],
) -> None:
    desk = make_team()
    ana, vic = cookie_of(desk, "ana@example.com"), cookie_of(desk, "vic@example.com")
    header = desk.token("olga@example.com", "read")["Authorization"]
    assert ask(desk.app, Cookie=ana).email == "ana@example.com"
    assert ask(desk.app, Cookie=f"{vic}; {ana}").email == "vic@example.com"
    found = ask(desk.app, Cookie=ana, Authorization=header)
    assert (found.kind, found.email, found.address) == ("token", "olga@example.com", "127.0.0.1")
    with pytest.raises(SignInNeeded):
        ask(desk.app, Cookie=ana, Authorization="Bearer myd_nonsense")
    with pytest.raises(SignInNeeded):
        ask(desk.app, Cookie=ana, Authorization="bearer")


@pytest.mark.parametrize("strange", ["a=\xff\xfe; ", "=; ;;", 'x="\\377"; ', "modelyardx=1; "])
def test_other_cookies_are_no_fault(make_team: Callable[..., Any], strange: str) -> None:
    desk = make_team()
    assert ask(desk.app, Cookie=strange).kind == "anonymous"
    assert ask(desk.app, Cookie=strange + cookie_of(desk, "vic@example.com")).kind == "user"


def test_a_session_over_tls_has_another_cookie_than_one_without(
    make_team: Callable[..., Any],
) -> None:
    desk = make_team(public_url="https://yard.example")
    assert ask(desk.app, Cookie=f"{SESSION}=anything").kind == "anonymous"
    kept = desk.signed_in("vic@example.com").get_cookie(f"__Host-{SESSION}")
    assert ask(desk.app, Cookie=f"__Host-{SESSION}={kept.value}").email == "vic@example.com"
    assert ask(desk.app, Cookie=f"{SESSION}={kept.value}").kind == "anonymous"


def test_without_users_the_laptop_is_who_is_near_and_behind_no_proxy(client: Any) -> None:
    assert ask(client.application).kind == "laptop"
    for name in ("Forwarded", "Via", "X_Forwarded_For", "X_Real_IP", "X_Forwarded_Host"):
        with pytest.raises(Denied):
            ask(client.application, **{name: "10.0.0.1"})


def test_a_door_inside_the_proxies_sees_the_callers_own_address(
    folder: Any, make_client: Callable[..., Any]
) -> None:
    app = make_client(folder, proxies=1).application
    seen = []

    def door(environ: dict[str, Any], start: Any) -> list[bytes]:
        seen.append(find_actor(environ, app.extensions[LIVE]))
        start("204 No Content", [])
        return []

    layer = app.wsgi_app
    while not isinstance(layer, ProxyFix):
        layer = layer.app
    layer.app = door
    app.test_client().get("/", headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.7"})
    assert (seen[0].kind, seen[0].address) == ("anonymous", "10.0.0.7")
