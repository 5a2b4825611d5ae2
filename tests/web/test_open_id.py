"""Signing in at a real OpenID Connect provider, and what a provider or attacker may try."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, oidc_provider
from werkzeug.test import TestResponse

EVA = {"sub": "eva-1", "email": "eva@example.com", "email_verified": True, "name": "Eva"}


@pytest.fixture(scope="module")
def running() -> Iterator[OidcProvider]:
    """One provider for the tests of this file."""
    with oidc_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: OidcProvider) -> Iterator[OidcProvider]:
    """A provider that behaves, at which Eva is signed in."""
    running.person(**EVA)
    running.misbehave()
    yield running
    running.misbehave(published=["one"])


@pytest.fixture
def make_site(make_team: Callable[..., Any], provider: OidcProvider) -> Callable[..., Any]:
    """Make a service with people that knows the provider."""

    def make(**settings: object) -> Any:
        known = {
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
            "oidc_name": "Example Login",
            "oidc_domains": ("example.com",),
        }
        return make_team(**(known | settings))

    return make


def leave(browser: FlaskClient, target: str = "") -> str:
    """Press the button; give the address at the provider."""
    answer = browser.get("/sign-in/oidc" + (f"?next={target}" if target else ""))
    assert answer.status_code == 303, answer.text
    return answer.location


def answered(address: str) -> str:
    """Be at the provider; give the path to which it leads back."""
    import urllib.request

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    try:
        urllib.request.build_opener(Stay).open(address, timeout=10)
    except urllib.error.HTTPError as led:
        parts = urlsplit(led.headers["Location"])
        assert parts.netloc == "localhost"
        return f"{parts.path}?{parts.query}"
    raise AssertionError("the provider led nowhere")


def sign_in(browser: FlaskClient, target: str = "") -> TestResponse:
    """Go there and back."""
    return browser.get(answered(leave(browser, target)))


def refused(answer: TestResponse, words: str, status: int = 403) -> None:
    """Hold that nobody was let in, and that the page says why and keeps the form."""
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert 'name="password"' in answer.text
    cookies = answer.headers.getlist("Set-Cookie")
    assert not any(one.startswith("modelyard=") for one in cookies)


def test_somebody_of_a_known_domain_joins_by_signing_in(make_site: Any) -> None:
    team = make_site()
    browser = team.browser()
    assert "Sign in with Example Login" in browser.get("/sign-in").text
    answer = sign_in(browser, "/datasets/flights")
    assert (answer.status_code, answer.location) == (303, "/datasets/flights")
    me = browser.get("/api/v1/me").json
    assert (me["email"], me["role"], me["name"]) == ("eva@example.com", "viewer", "Eva")
    assert "You have no password here" in browser.get("/account").text
    again = team.browser()
    assert sign_in(again).status_code == 303
    assert len(team.accounts.users.list_users()) == 4


def test_what_leaves_for_the_provider_is_new_each_time_and_holds_no_secret(make_site: Any) -> None:
    team = make_site()
    asked = [parse_qs(urlsplit(leave(team.browser())).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
    assert asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["scope"] == ["openid email profile"]
    assert asked[0]["redirect_uri"] == ["http://localhost/sign-in/oidc/callback"]
    assert CLIENT_SECRET not in str(asked)


def test_a_known_person_is_known_by_the_address_and_afterwards_by_the_identity(
    make_site: Any, provider: OidcProvider
) -> None:
    team = make_site(oidc_domains=())
    provider.person(**EVA | {"sub": "ana-1", "email": "Ana@Example.com"})
    browser = team.browser()
    assert sign_in(browser).status_code == 303
    assert browser.get("/api/v1/me").json["role"] == "analyst"
    provider.person(**EVA | {"sub": "ana-1", "email": "ana.married@example.com"})
    browser = team.browser()
    assert sign_in(browser).status_code == 303
    assert browser.get("/api/v1/me").json["email"] == "ana@example.com"


def test_somebody_of_another_domain_is_refused_in_words_and_noted(make_site: Any) -> None:
    team = make_site(oidc_domains=("other.example",))
    refused(sign_in(team.browser()), "eva@example.com was not invited")
    entry = team.accounts.audit.entries(limit=1)[0]
    assert (entry.action, entry.subject) == ("sign-in.refused", "eva@example.com")


def test_a_domain_that_only_ends_alike_is_another(make_site: Any, provider: OidcProvider) -> None:
    team = make_site()
    for email in ("eva@notexample.com", "eva@example.com.evil.example", "eva@sub.example.com"):
        provider.person(**EVA | {"email": email})
        refused(sign_in(team.browser()), "was not invited")


def test_a_domain_that_looks_alike_is_another(make_site: Any, provider: OidcProvider) -> None:
    team = make_site(oidc_domains=("kelvin.example",))
    provider.person(**EVA | {"email": "eva@\u212aelvin.example"})
    refused(sign_in(team.browser()), "is not an e-mail address", 422)
    assert len(team.accounts.users.list_users()) == 3


def test_an_invitation_lets_somebody_of_any_domain_join_with_its_role(
    make_site: Any, provider: OidcProvider
) -> None:
    team = make_site(oidc_domains=())
    path = team.link("invite", "guest@elsewhere.example", "analyst")
    assert "Sign in with Example Login" in team.browser().get(path).text
    provider.person(**EVA | {"sub": "guest", "email": "guest@elsewhere.example"})
    browser = team.browser()
    assert sign_in(browser).status_code == 303
    assert browser.get("/api/v1/me").json["role"] == "analyst"
    assert team.browser().get(path).status_code == 404


def test_a_disabled_person_is_refused(make_site: Any, provider: OidcProvider) -> None:
    team = make_site()
    olga = team.user("olga@example.com").as_actor()
    team.accounts.users.disable(team.user("ana@example.com").id, by=olga)
    provider.person(**EVA | {"sub": "ana-1", "email": "ana@example.com"})
    refused(sign_in(team.browser()), "This account is disabled.")


@pytest.mark.parametrize("verified", [False, None, "false", "yes", 0, 1, {}])
def test_an_address_that_the_provider_has_not_verified_opens_nothing(
    make_site: Any, provider: OidcProvider, verified: Any
) -> None:
    team = make_site()
    provider.person(**EVA | {"email": "olga@example.com", "email_verified": verified})
    refused(sign_in(team.browser()), "has not verified that olga@example.com is yours")


def test_a_provider_that_tells_the_address_only_when_asked_is_asked(
    make_site: Any, provider: OidcProvider
) -> None:
    team = make_site()
    provider.misbehave(claims={"email": None, "email_verified": None})
    assert sign_in(team.browser()).status_code == 303


def test_what_is_said_of_another_person_does_not_count(
    make_site: Any, provider: OidcProvider
) -> None:
    team = make_site()
    provider.misbehave(claims={"email": None}, userinfo={"sub": "somebody-else"})
    refused(sign_in(team.browser()), "tells no e-mail address")


@pytest.mark.parametrize(
    "fault",
    [
        {"claims": {"nonce": "of another attempt"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another-client"}},
        {"claims": {"aud": ["another-client", "third"]}},
        {"claims": {"aud": None}},
        {"claims": {"aud": [CLIENT_ID, "another"], "azp": "another"}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"iss": None}},
        {"claims": {"exp": 1}},
        {"claims": {"exp": None}},
        {"claims": {"iat": 99999999999}},
        {"claims": {"sub": None}},
        {"key": "two", "kid": "one"},
        {"key": "never published", "kid": "never published"},
        {"alg": "none"},
        {"alg": "HS256"},
    ],
    ids=str,
)
def test_an_id_token_that_does_not_hold_lets_nobody_in(
    make_site: Any, provider: OidcProvider, fault: dict[str, Any]
) -> None:
    team = make_site()
    provider.misbehave(**fault)
    answer = sign_in(team.browser())
    refused(answer, "The provider&#39;s answer")
    assert len(team.accounts.users.list_users()) == 3


def test_an_answer_without_an_id_token_lets_nobody_in(
    make_site: Any, provider: OidcProvider
) -> None:
    team = make_site()
    provider.misbehave(id_token="missing")
    refused(sign_in(team.browser()), "holds no ID token")


def test_new_keys_of_the_provider_are_fetched_by_themselves(
    make_site: Any, provider: OidcProvider
) -> None:
    team = make_site()
    assert sign_in(team.browser()).status_code == 303
    provider.misbehave(published=["two"])
    assert sign_in(team.browser()).status_code == 303


def test_a_secret_that_the_provider_wants_in_the_body_is_sent_there(
    make_site: Any, provider: OidcProvider
) -> None:
    provider.misbehave(auth_methods=["client_secret_post"])
    assert sign_in(make_site().browser()).status_code == 303


def test_an_answer_counts_once(make_site: Any) -> None:
    browser = make_site().browser()
    path = answered(leave(browser))
    assert browser.get(path).status_code == 303
    browser.post("/sign-out")
    refused(browser.get(path), "belongs to no sign-in that began in this browser")


def test_an_answer_counts_in_the_browser_that_began_alone(make_site: Any) -> None:
    team = make_site()
    attacker, victim = team.browser(), team.browser()
    path = answered(leave(attacker))
    refused(victim.get(path), "belongs to no sign-in")
    leave(victim)
    refused(victim.get(path), "belongs to no sign-in")
    assert victim.get("/api/v1/me").status_code == 401


def test_a_made_up_cookie_of_an_attempt_counts_for_nothing(make_site: Any) -> None:
    browser = make_site().browser()
    path = answered(leave(browser))
    for made_up in ("", "x", "eyJzdGF0ZSI6IngifQ.x.y", "a" * 4000):
        browser.set_cookie("modelyard-oidc", made_up)
        refused(browser.get(path), "belongs to no sign-in")


def test_a_stolen_code_is_worth_nothing_in_another_attempt(make_site: Any) -> None:
    team = make_site()
    victim, attacker = team.browser(), team.browser()
    stolen = parse_qs(urlsplit(answered(leave(victim))).query)["code"][0]
    state = parse_qs(urlsplit(answered(leave(attacker))).query)["state"][0]
    answer = attacker.get(f"/sign-in/oidc/callback?code={stolen}&state={state}")
    refused(answer, "The provider refused: invalid_grant")


@pytest.mark.parametrize("code", ["", "unknown", "%00", "ü", "a" * 3000, "a b&c=d"])
def test_an_odd_code_is_refused_and_the_next_one_is_not_kept_waiting(
    make_site: Any, code: str
) -> None:
    team = make_site()
    browser = team.browser()
    state = parse_qs(urlsplit(leave(browser)).query)["state"][0]
    query = {"code": code, "state": state}
    answer = browser.get("/sign-in/oidc/callback", query_string=query)
    assert answer.status_code in {403, 503}
    assert 'name="password"' in answer.text
    assert sign_in(team.browser()).status_code == 303


def test_an_error_of_the_provider_is_told_in_words(make_site: Any, provider: OidcProvider) -> None:
    team = make_site()
    provider.misbehave(error="access_denied")
    refused(sign_in(team.browser()), "The provider did not let you in: access_denied.")
    provider.misbehave(error="<script>alert(1)</script>")
    answer = sign_in(team.browser())
    assert "<script>alert" not in answer.text


def test_a_provider_that_goes_down_on_the_way_is_told_in_words(make_site: Any) -> None:
    with oidc_provider() as other:
        team = make_site(oidc_issuer=other.issuer)
        other.person(**EVA)
        browser = team.browser()
        path = answered(leave(browser))
        other.stop()
        refused(browser.get(path), "does not answer as it should", 503)


def test_while_a_provider_is_down_passwords_still_work(make_site: Any) -> None:
    team = make_site(oidc_issuer="http://127.0.0.1:9")
    refused(team.browser().get("/sign-in/oidc"), "does not answer as it should", 503)
    team.signed_in("ana@example.com")


def test_a_gateway_that_answers_for_the_provider_is_no_provider(
    make_site: Any, provider: OidcProvider
) -> None:
    team = make_site()
    provider.misbehave(status=502)
    refused(team.browser().get("/sign-in/oidc"), "does not answer as it should", 503)


def test_a_description_of_another_issuer_is_refused(make_site: Any, provider: OidcProvider) -> None:
    provider.misbehave(issuer="https://evil.example")
    refused(make_site().browser().get("/sign-in/oidc"), "describes another issuer", 503)


def test_an_issuer_that_is_not_encrypted_is_refused(make_site: Any) -> None:
    team = make_site(oidc_issuer="http://login.example.com")
    refused(team.browser().get("/sign-in/oidc"), "is not https", 422)


def test_after_the_provider_one_lands_nowhere_else(make_site: Any) -> None:
    team = make_site()
    for target in ("//evil.example", "https://evil.example", "/%5Cevil.example"):
        answer = sign_in(team.browser(), target)
        assert answer.location in {"/", "/%5Cevil.example"}


def test_the_first_to_come_is_not_let_in_where_there_is_no_owner(
    folder: Any, make_client: Any, provider: OidcProvider
) -> None:
    client = make_client(
        folder,
        host="0.0.0.0",
        public_url="http://localhost",
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        oidc_domains=("example.com",),
    )
    refused(client.get("/sign-in/oidc"), "There is no owner yet", 409)


def test_without_a_provider_there_is_no_such_address(team: Any) -> None:
    assert team.browser().get("/sign-in/oidc").status_code == 404
    assert team.browser().get("/sign-in/oidc/callback?state=x&code=y").status_code == 404
    assert "single sign-on" not in team.browser().get("/sign-in").text
