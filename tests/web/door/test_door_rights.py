"""Who may ask which model: a secret one is as good as none, in the words of every protocol."""

from typing import Any

import pytest
from yards import opened

from modelyard.accounts.actor import LAPTOP
from modelyard.accounts.resource import Resource
from modelyard.web.askers import find_actor
from modelyard.web.door.entrance import DECIDING, Entrance

PASSWORD = "kettle ocean violet 9"
POINT = {"x": 1.0, "y": 2.0}
ASKING = {
    "/api/v1/models/{}/predict": POINT,
    "/v2/models/{}/infer": {
        "inputs": [{"name": "t", "shape": [1, 2], "datatype": "FP64", "data": [1.0, 2.0]}]
    },
    "/models/{}/invocations": {"instances": [POINT]},
    "/v1/models/{}:predict": {"instances": [POINT]},
}
READING = ["/v2/models/{}", "/v2/models/{}/ready", "/v2/models/{}/versions/1", "/v1/models/{}"]
OPEN = ["/v2/health/live", "/v2/health/ready"]
LISTS = [("GET", "/v1/models"), ("POST", "/v2/repository/index"), ("GET", "/v2")]


class Fast:
    """Argon2id with the least of work."""

    def __init__(self) -> None:
        from argon2 import PasswordHasher

        self.real = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

    def hash(self, password: str) -> str:
        return self.real.hash(password)

    def verify(self, hash: str, password: str) -> bool:
        return self.real.verify(hash, password)

    def check_needs_rehash(self, hash: str) -> bool:
        return False


def peopled(yard: Any) -> Any:
    """Add people; `line` is private to Olga."""
    accounts = yard.live.records.accounts
    accounts.users.ground.passwords.given = Fast()
    for name, role in (("olga", "owner"), ("ana", "analyst"), ("vic", "viewer")):
        accounts.users.add(f"{name}@example.com", role, by=LAPTOP, password=PASSWORD, name=name)
    yard.share("line", "private", "olga@example.com")
    return yard


@pytest.fixture
def team(make_yard: Any) -> Any:
    """A service with people."""
    return peopled(make_yard(host="0.0.0.0"))


@pytest.fixture(scope="module")
def quiet_team(prepared: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The same for tests that change nothing."""
    root = tmp_path_factory.mktemp("team") / "service"
    yard = peopled(opened(prepared, root, host="0.0.0.0"))
    yield yard
    yard.close()


def token(yard: Any, name: str, *scopes: str, only: str = "") -> dict[str, str]:
    accounts = yard.live.records.accounts
    user = accounts.users.find_by_email(f"{name}@example.com")
    limit = Resource("model", only) if only else None
    _, secret = accounts.tokens.create(user, "test", scopes, only=limit, by=user.as_actor())
    return {"Authorization": f"Bearer {secret}"}


def asked(yard: Any, address: str, model: str, headers: Any = None) -> Any:
    client, path = yard.client(), address.format(model)
    if address in ASKING:
        return client.post(path, json=ASKING[address], headers=headers)
    return client.get(path, headers=headers)


@pytest.mark.parametrize("address", [*ASKING, *READING])
def test_a_secret_model_is_answered_as_an_absent_one(address: str, quiet_team: Any) -> None:
    for headers, status in (
        (None, 401),
        (token(quiet_team, "ana", "read", "run"), 404),
        (token(quiet_team, "vic", "read"), 404),
        (token(quiet_team, "olga", "read", "run", only="kernel"), 404),
    ):
        secret = asked(quiet_team, address, "line", headers)
        absent = asked(quiet_team, address, "lino", headers)
        assert secret.status_code == absent.status_code == status
        assert secret.text.replace("line", "lino") == absent.text
        assert secret.headers.get("WWW-Authenticate") == absent.headers.get("WWW-Authenticate")
        assert "Model-Version" not in secret.headers
        assert "line" not in asked(quiet_team, address, "lin", headers).text
    allowed = asked(quiet_team, address, "line", token(quiet_team, "olga", "read", "run"))
    assert allowed.status_code == 200
    assert allowed.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ASKING)
def test_predicting_takes_the_scope_run(address: str, team: Any) -> None:
    team.share("line", "signed-in")
    assert asked(team, address, "line", token(team, "ana", "run", "read")).status_code == 200
    for headers in (token(team, "vic", "read"), token(team, "ana", "read")):
        refused = asked(team, address, "line", headers)
        assert refused.status_code == 403
        assert "start work on it" in refused.text


@pytest.mark.parametrize("address", ASKING)
def test_a_public_model_answers_everybody(address: str, team: Any) -> None:
    team.share("line", "public")
    assert asked(team, address, "line").status_code == 200
    assert asked(team, address, "line", token(team, "vic", "read")).status_code == 200
    assert asked(team, address, "churn").status_code == 401
    assert asked(team, address, "absent").status_code == 401


@pytest.mark.parametrize("address", [*ASKING, *READING])
def test_nobody_unknown_gets_anything_where_nothing_is_public(
    address: str, quiet_team: Any
) -> None:
    refused = asked(quiet_team, address, "churn")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="modelyard"'
    wrong = asked(quiet_team, address, "churn", {"Authorization": "Bearer myd_wrong"})
    assert wrong.status_code == 401
    assert 'error="invalid_token"' in wrong.headers["WWW-Authenticate"]


@pytest.mark.parametrize(("verb", "address"), LISTS)
def test_lists_have_what_one_may_see(verb: str, address: str, team: Any) -> None:
    client = team.client()
    assert client.open(address, method=verb).status_code == 401
    ana = client.open(address, method=verb, headers=token(team, "ana", "read", "run"))
    assert ana.status_code == 200
    assert "line" not in ana.text
    if address != "/v2":
        assert "churn" in ana.text
        assert (
            "line"
            in client.open(address, method=verb, headers=token(team, "olga", "read", "run")).text
        )
    team.share("kernel", "public")
    listed = client.open(address, method=verb)
    assert listed.status_code == 200
    assert "churn" not in listed.text


def test_health_is_open_and_tells_nothing(team: Any) -> None:
    for address in OPEN:
        assert team.client().get(address).json == {"live": True, "ready": True}
    team.tell('[workspace]\ndefault_model = "line"\n')
    ping = team.client().get("/ping")
    assert (ping.status_code, ping.data) == (200, b"\n")
    assert "Model-Version" not in ping.headers
    assert team.client().get("/version").status_code == 401


@pytest.mark.parametrize("address", ["/predict", "/invocations"])
def test_a_secret_default_model_is_asked_by_those_who_may(address: str, team: Any) -> None:
    team.tell('[workspace]\ndefault_model = "line"\n')
    client, body = team.client(), {"instances": [POINT]} if "inv" in address else POINT
    assert client.post(address, json=body).status_code == 401
    ana = client.post(address, json=body, headers=token(team, "ana", "run", "read"))
    assert ana.status_code == 404
    olga = client.post(address, json=body, headers=token(team, "olga", "run", "read"))
    assert olga.status_code == 200


SHORT = (
    ("POST", "/predict", POINT),
    ("POST", "/invocations", {"instances": [POINT]}),
    ("GET", "/version", None),
)


def test_a_secret_default_model_is_told_as_there_being_none(team: Any) -> None:
    people = (None, token(team, "vic", "read"), token(team, "ana", "read", "run"))

    def answers() -> list[tuple[int, str, str | None]]:
        client = team.client()
        found = [
            client.open(address, method=verb, json=body, headers=headers)
            for verb, address, body in SHORT
            for headers in people
        ]
        return [(one.status_code, one.text, one.headers.get("WWW-Authenticate")) for one in found]

    without = answers()
    assert {status for status, _, _ in without} == {401, 404}
    team.tell('[workspace]\ndefault_model = "line"\n')
    assert answers() == without
    assert "line" not in str(without)
    team.share("line", "signed-in")
    seen = team.client().post("/predict", json=POINT, headers=token(team, "vic", "read"))
    assert seen.status_code == 403


def test_what_changes_holds_at_once(team: Any) -> None:
    address, accounts = "/api/v1/models/{}/predict", team.live.records.accounts
    headers = token(team, "olga", "run", "read")
    assert asked(team, address, "line", headers).status_code == 200
    team.share("line", "private", "ana@example.com")
    assert asked(team, address, "line", headers).status_code == 404
    team.share("line", "public")
    assert asked(team, address, "line").status_code == 200
    team.share("line", "private", "olga@example.com")
    assert asked(team, address, "line").status_code == 401
    assert asked(team, address, "line", headers).status_code == 200
    for one in accounts.tokens.list_tokens():
        accounts.tokens.revoke(one.id, by=LAPTOP)
    assert asked(team, address, "line", headers).status_code == 401


def signed_in(team: Any, name: str) -> Any:
    client = team.client()
    answer = client.post(
        "/sign-in",
        data={"email": f"{name}@example.com", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 303
    return client


def test_another_site_cannot_have_a_browser_ask(team: Any) -> None:
    browser, address = signed_in(team, "olga"), "/api/v1/models/line/predict"
    own = {"Sec-Fetch-Site": "same-origin"}
    assert browser.post(address, json=POINT, headers=own).status_code == 200
    assert (
        browser.post(address, json=POINT, headers={"Origin": "http://localhost"}).status_code == 200
    )
    for headers in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        assert browser.post(address, json=POINT, headers=headers).status_code == 403
    assert browser.post(address, json=POINT, headers=own).status_code == 200
    bearer = token(team, "olga", "run", "read") | {"Sec-Fetch-Site": "cross-site"}
    assert team.client().post(address, json=POINT, headers=bearer).status_code == 200


@pytest.mark.parametrize("address", [*ASKING, *READING, *OPEN, "/ping"])
def test_a_laptops_service_answers_its_own_names_alone(address: str, shared_yard: Any) -> None:
    for headers in (
        {"Host": "evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
    ):
        refused = asked(shared_yard, address, "line", headers)
        assert refused.status_code == 403
    assert asked(shared_yard, address, "line").status_code in {200, 404}
    assert asked(shared_yard, address, "line", {"X-Forwarded-For": "1.2.3.4"}).status_code in {
        *({200, 404} if address in {*OPEN, "/ping"} else {403}),
    }


@pytest.mark.parametrize("address", ASKING)
def test_a_public_service_without_users_predicts(address: str, make_yard: Any) -> None:
    yard = make_yard(host="0.0.0.0", public=True)
    assert asked(yard, address, "line").status_code == 200
    yard.share("line", "private", "olga@example.com")
    assert asked(yard, address, "line").status_code == 404
    closed = make_yard(host="0.0.0.0")
    assert asked(closed, address, "line").status_code == 401


class Noting(dict[str, Any]):
    """An environ that notes what is looked at."""

    def __init__(self, values: Any) -> None:
        super().__init__(values)
        self.seen: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.seen.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self.seen.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.seen.add(str(key))
        return super().__contains__(key)


def test_what_is_remembered_is_all_that_the_decision_looks_at(make_yard: Any) -> None:
    seen: set[str] = set()
    for settings in (
        {},
        {"host": "0.0.0.0"},
        {"public": True},
        {"public_url": "https://a.example"},
    ):
        yard = make_yard(**settings)
        entrance = Entrance(yard.live, yard.live.services.settings)
        for verb in ("GET", "POST"):
            for more in (
                {},
                {"HTTP_AUTHORIZATION": "Bearer x"},
                {"HTTP_COOKIE": "modelyard=x; __Host-modelyard=y"},
                {"HTTP_ORIGIN": "https://a.example"},
                {"HTTP_SEC_FETCH_SITE": "cross-site"},
                {"HTTP_HOST": "localhost"},
            ):
                plain = {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "REMOTE_ADDR": "1.1.1.1"}
                told = {"REQUEST_METHOD": verb, "wsgi.url_scheme": "http"}
                environ = Noting(plain | told | more)
                for do in (
                    lambda one=environ, at=entrance: at.enter(one, "ask", "line"),
                    lambda one=environ, at=yard: find_actor(one, at.live),
                ):
                    try:
                        do()
                    except Exception as fault:  # noqa: BLE001
                        assert "Error" not in type(fault).__name__, fault
                seen |= environ.seen
    assert {"HTTP_COOKIE", "HTTP_ORIGIN", "REMOTE_ADDR"} <= seen
    assert seen <= set(DECIDING)
