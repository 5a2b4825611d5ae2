"""What the service tells of itself: enough for its visitors, and nothing secret."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from modelyard.web.container import memory_limit, processor_limit

Open = Callable[..., Any]


def test_it_tells_what_it_is_and_every_endpoint_with_its_verb(client: FlaskClient) -> None:
    told = client.get("/about?format=json").json
    assert told["service"]["name"] == "Test yard"
    assert told["flask"]["framework"] == "Flask"
    assert told["flask"]["versions"]["flask"].count(".") == 2
    verbs = {(one["verb"], one["address"]): one["meaning"] for one in told["endpoints"]}
    assert verbs["GET", "/api/v1/datasets"] == "read"
    assert verbs["POST", "/api/v1/runs"] == "create"
    assert verbs["PUT", "/api/v1/datasets/{name}/access"] == "update"


@pytest.mark.parametrize("address", ["/about", "/about/flask", "/about/docker"])
def test_it_is_a_page_for_people_and_json_for_programs(client: FlaskClient, address: str) -> None:
    assert client.get(address).mimetype == "text/html"
    told = client.get(address, headers={"Accept": "application/json"})
    assert told.mimetype == "application/json"
    assert client.get(f"{address}?format=xml").status_code == 422


def test_nothing_secret_is_in_it(folder: Path, make_client: Open) -> None:
    client = make_client(
        folder,
        public_url="https://yard.example.com",
        allowed_hosts=("localhost",),
        proxies=1,
        oidc_client_secret="hush-hush",
        oidc_client_id="us",
        host="0.0.0.0",
        public=True,
        image="registry.example.com/yard:1",
    )
    told = client.get("/about?format=json")
    assert told.json["docker"]["image"] == "registry.example.com/yard:1"
    hops = [hop["where"] for hop in told.json["ports"]]
    assert hops[:3] == ["people's address", "trusted proxies", "asked as"]
    for secret in ("hush-hush", str(folder), "sqlite", "modelyard.db"):
        assert secret not in told.text


def test_only_those_who_may_read_are_told(team: Any) -> None:
    for address in ("/about", "/about/flask", "/about/docker", "/functions"):
        assert team.browser().get(address).status_code == 303
        assert team.signed_in("vic@example.com").get(address).status_code == 200


def test_limits_of_both_cgroups_are_read(tmp_path: Path) -> None:
    assert (memory_limit(tmp_path), processor_limit(tmp_path)) == (None, None)
    (tmp_path / "memory").mkdir()
    (tmp_path / "cpu").mkdir()
    (tmp_path / "memory/memory.limit_in_bytes").write_text("9223372036854771712\n")
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("-1\n")
    (tmp_path / "cpu/cpu.cfs_period_us").write_text("100000\n")
    assert (memory_limit(tmp_path), processor_limit(tmp_path)) == (None, None)
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("50000\n")
    assert processor_limit(tmp_path) == 0.5
    (tmp_path / "memory.max").write_text("1048576\n")
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    assert (memory_limit(tmp_path), processor_limit(tmp_path)) == (1_048_576, 1.5)


def test_the_page_of_functions_shows_faults_to_owners_alone(folder: Path, make_team: Open) -> None:
    answer = "responses: {'200': {description: It.}}"
    (folder / "openapi.yml").write_text(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n"
        f"  /here: {{get: {{operationId: app.here, {answer}}}}}\n"
        f"  /gone: {{get: {{operationId: app.gone, {answer}}}}}\n"
    )
    (folder / "app.py").write_text("def here(): return {}")
    team = make_team()
    owner = team.signed_in("olga@example.com").get("/functions").text
    viewer = team.signed_in("vic@example.com").get("/functions").text
    assert "openapi.yml, line 5" in owner
    assert "openapi.yml" not in viewer.replace("<code>openapi.yml</code>", "")
    for page in (owner, viewer):
        assert 'data-path="/here"' in page
