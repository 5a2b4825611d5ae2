"""What starts by the clock, over REST and on the page of runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from modelyard.accounts.actor import LAPTOP
from modelyard.accounts.resource import Resource
from modelyard.runs.schedules import Schedules
from modelyard.web.live import LIVE

ROOT = "/api/v1/schedules"
Make = Callable[..., FlaskClient]


def section(name: str, dataset: str = "", **keys: str) -> str:
    """Write a schedule: statistics of a dataset, or an echo."""
    about = f'request = {{ dataset = "{dataset}" }}' if dataset else ""
    kind = "statistics" if dataset else "echo"
    values = {"cron": "0 6 * * *", "run": kind, **keys}
    lines = [f'{key} = "{value}"' for key, value in values.items()]
    return "\n".join(["", f"[schedules.{name}]", *lines, about, ""])


def with_schedules(folder: Path, *sections: str) -> None:
    file = folder / "modelyard.toml"
    file.write_text(file.read_text() + "".join(sections))


def names(client: FlaskClient, **headers: str) -> set[str]:
    return {each["name"] for each in client.get(ROOT, headers=headers).json["schedules"]}


def test_a_schedule_says_when_it_is_due_and_what_it_last_did(
    folder: Path, make_client: Make
) -> None:
    with_schedules(folder, section("daily", "flights", timezone="Europe/Berlin"))
    client = make_client(folder)
    [found] = client.get(ROOT).json["schedules"]
    assert found["title"] == "Statistics of Flights"
    assert found["resource"] == {"kind": "dataset", "name": "flights"}
    assert (found["cron"], found["timezone"]) == ("0 6 * * *", "Europe/Berlin")
    assert found["due_at"].endswith(":00:00.000Z")
    assert (found["last_run"], found["fault"]) == (None, None)
    live = client.application.extensions[LIVE]
    run, _ = live.records.runs.submit("statistics", {"dataset": "flights"}, schedule="daily")
    [found] = client.get(ROOT).json["schedules"]
    assert found["last_run"]["id"] == run.id
    page = client.get("/runs", headers={"Accept": "text/html"}).text
    assert "By the clock" in page
    assert "0 6 * * * Europe/Berlin" in page
    assert f'<a href="/runs/{run.id}">queued</a>' in page


def test_the_time_that_a_worker_wrote_down_counts(folder: Path, make_client: Make) -> None:
    with_schedules(folder, section("daily", "flights"))
    client = make_client(folder)
    live = client.application.extensions[LIVE]
    Schedules(lambda: live.current().workspace.config.schedules).look(live.records.runs)
    from modelyard.runs.store_schedules import DueTimes

    due_at, rule = DueTimes(live.records.database).all()["daily"]
    assert rule == "UTC 0 6 * * *"
    [found] = client.get(ROOT).json["schedules"]
    assert found["due_at"][:19] == due_at.isoformat()[:19]


def test_what_keeps_a_schedule_from_starting_is_seen(folder: Path, make_client: Make) -> None:
    with_schedules(
        folder,
        section("a-rule", "flights", cron="61 * * * *"),
        section("a-zone", "flights", timezone="Mars/Base"),
        section("a-kind", "flights", run="statistic"),
        section("a-table", "flight"),
        section("sound", "flights"),
    )
    client = make_client(folder)
    found = {each["name"]: each for each in client.get(ROOT).json["schedules"]}
    assert {name: each["fault"] and each["fault"]["where"] for name, each in found.items()} == {
        "a-rule": "cron",
        "a-zone": "timezone",
        "a-kind": "run",
        "a-table": "request",
        "sound": None,
    }
    assert found["a-kind"]["fault"]["cure"] == "Did you mean 'statistics'?"
    assert {name for name, each in found.items() if each["due_at"]} == {"sound"}
    page = client.get("/runs", headers={"Accept": "text/html"}).text
    for words in ("is never due", "Mars/Base", "Did you mean &#39;statistics&#39;?"):
        assert words in page


def test_only_who_may_read_its_dataset_sees_a_schedule(team: Any) -> None:
    with_schedules(
        team.folder,
        section("of-flights", "flights"),
        section("of-ledger", "ledger"),
        section("of-gone", "zz-none"),
        section("of-nothing"),
    )
    team.app.extensions[LIVE]._look()
    seen = {name: names(team.signed_in(f"{name}@example.com")) for name in ("olga", "ana", "vic")}
    assert seen["ana"] == {"of-flights", "of-ledger"}
    assert seen["vic"] == {"of-flights"}
    assert seen["olga"] == {"of-flights", "of-gone", "of-nothing"}
    assert "of-ledger" not in team.signed_in("vic@example.com").get("/runs").text
    only = team.token("ana@example.com", "read", only=Resource("dataset", "ledger"))
    assert names(team.browser(), **only) == {"of-ledger"}
    assert team.browser().get(ROOT).status_code == 401


def test_somebody_unknown_sees_the_schedules_of_what_is_public(team: Any) -> None:
    with_schedules(team.folder, section("of-flights", "flights"), section("of-ours", "ours"))
    team.app.extensions[LIVE]._look()
    team.accounts.sharing.set(Resource("dataset", "flights"), "public", [], "", by=LAPTOP)
    assert names(team.browser()) == {"of-flights"}
