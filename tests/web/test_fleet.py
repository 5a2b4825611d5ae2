"""The fleet over REST and in the browser: for owners, usable with ten thousand processes."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import insert

from modelyard import draining, metrics
from modelyard.deploy.groups import Group, Told
from modelyard.errors import Unavailable
from modelyard.fleet.load import totals
from modelyard.fleet.packed import packed
from modelyard.fleet.pulse import own_member
from modelyard.fleet.sample import Sample
from modelyard.fleet.store import FleetStore
from modelyard.fleet.tables import MEMBERS
from modelyard.web.fleet_groups import CLOUD_GROUPS, CloudGroups
from modelyard.web.fleet_pulse import PULSE
from modelyard.web.live import LIVE


@pytest.fixture
def pulse(client):
    """The pulse of the process that answers; it beats when the test says so."""
    yield client.application.extensions[PULSE].make()
    draining.ask(False)


def store_of(client):
    return FleetStore(client.application.extensions[LIVE].records.database)


def test_a_process_is_listed_with_what_it_does(client, pulse):
    pulse.beat()
    for _ in range(3):
        client.get("/health/live")
    pulse.beat()
    told = client.get("/api/v1/fleet").json
    (member,) = told["members"]
    assert (member["kind"], member["state"]) == ("web", "running")
    assert member["load"]["requests_per_s"] > 0
    assert told["states"] == {"running": 1}
    page = client.get("/fleet").text
    assert member["name"] in page
    assert "Drain" in page


def test_the_past_is_told_by_endpoint_and_model(client, pulse):
    store = store_of(client)
    pulse.beat()
    of = {"model": "delays", "version": "3", "protocol": "v2"}
    metrics.observe("/v2/models/<name>/infer", "POST", 200, 0.002, **of)
    counts = {key: n for key, n in metrics.own_counts().items() if key[0] == "request"}
    requests, errors, steps = totals(counts)
    for minutes in (3, 30):
        made = Sample(
            at=store.now() - timedelta(minutes=minutes),
            span_s=60,
            members=1,
            requests=requests,
            errors=errors,
            busy_s=steps[0],
            counts=packed(counts),
        )
        store.add_sample(made)
    told = client.get("/api/v1/fleet/history?span=hour").json
    assert [(row["model"], row["requests"]) for row in told["models"]] == [("delays", 2)]
    assert told["total"]["requests"] >= 2
    assert sum(point["requests_per_s"] is not None for point in told["points"]) == 2
    page = client.get("/fleet/load").text
    assert "/v2/models/&lt;name&gt;/infer" in page
    for span in ("minutes", "day", "week"):
        assert client.get(f"/fleet/load?span={span}").status_code == 200
        assert client.get(f"/fleet?span={span}").status_code == 200
    assert client.get("/fleet/load?span=year").status_code == 422


def test_a_process_drains_and_takes_requests_again(client, pulse):
    pulse.beat()
    assert client.get("/health/ready").status_code == 200
    (member,) = client.get("/api/v1/fleet").json["members"]
    address = f"/api/v1/fleet/members/{member['id']}/draining"
    answer = client.put(address, json={"draining": True})
    assert [one["state"] for one in answer.json["members"]] == ["draining"]
    pulse.beat()
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/live").status_code == 200
    assert client.get("/api/v1/fleet").status_code == 200, "what still comes is answered"
    form = {"member": member["id"], "draining": "false"}
    client.post("/fleet/draining", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    pulse.beat()
    assert client.get("/health/ready").status_code == 200
    audit = client.application.extensions[LIVE].records.accounts.audit.entries(limit=2)
    assert [entry.action for entry in audit] == ["fleet.resume", "fleet.drain"]


@pytest.mark.parametrize("body", [{}, {"draining": "yes"}, {"draining": True, "more": 1}])
def test_what_is_no_request_to_drain_is_refused(client, pulse, body):
    pulse.beat()
    address = f"/api/v1/fleet/members/{pulse.member.id}/draining"
    assert client.put(address, json=body).status_code == 422
    gone = client.put("/api/v1/fleet/members/nobody/draining", json={"draining": True})
    assert gone.status_code == 404


def test_the_clouds_own_view_is_shown_and_asked_once_in_a_while(client, make_page):
    asked = []

    def tell(folder):
        asked.append(folder)
        group = Group(
            name="yard",
            place="europe-west4",
            status="1 <creating>",
            running=3,
            target_size=4,
            least=2,
            most=None,
            decision="recommends 4",
        )
        unknown = Unavailable("gcloud", "is not signed in.", "gcloud auth login")
        return (
            Told("compute_engine", "Compute Engine", (group,)),
            Told("cloud_run", "Cloud Run"),
            Told("ecs", "ECS", fault=unknown),
        )

    assert "no settings for a cloud" in client.get("/fleet/groups").text
    client.application.extensions[CLOUD_GROUPS] = CloudGroups(tell)
    page = client.get("/fleet/groups").text
    assert "1 &lt;creating&gt;" in page
    assert "recommends 4" in page
    assert "It is not deployed there yet." in page
    assert "gcloud auth login" in page
    assert make_page(page).refused == []
    told = client.get("/api/v1/fleet/groups").json["clouds"]
    assert told[0]["groups"][0]["target_size"] == 4
    assert told[2]["fault"] == "gcloud: is not signed in. gcloud auth login"
    assert len(asked) == 1


def test_who_looks_while_a_cloud_is_asked_is_told_what_was_known_before(tmp_path):
    answer, asked = threading.Event(), []

    def tell(_):
        asked.append(1)
        assert len(asked) == 1 or answer.wait(30)
        return (Told(f"cloud {len(asked)}", ""),)

    groups = CloudGroups(tell, fresh_s=-1)
    assert groups.look(tmp_path).told[0].target == "cloud 1"
    slow = threading.Thread(target=groups.look, args=(tmp_path,))
    slow.start()
    while len(asked) < 2:
        time.sleep(0.01)
    assert groups.look(tmp_path).told[0].target == "cloud 1"
    answer.set()
    slow.join()
    assert groups.look(tmp_path).told[0].target == "cloud 3"


def test_only_owners_see_the_fleet(team):
    addresses = (
        "/fleet",
        "/fleet/load",
        "/fleet/groups",
        "/api/v1/fleet/groups",
        "/api/v1/fleet",
        "/api/v1/fleet/history",
    )
    for address in addresses:
        assert team.signed_in("olga@example.com").get(address).status_code == 200
        assert team.signed_in("ana@example.com").get(address).status_code == 403
        headers = team.token("olga@example.com", "read")
        assert team.app.test_client().get(address, headers=headers).status_code == 403
        assert team.browser().get(address).status_code in {303, 401}
    refused = team.signed_in("ana@example.com").post("/fleet/draining", data={"member": "x"})
    assert refused.status_code == 403


def test_names_of_machines_are_shown_as_text(client):
    store = store_of(client)
    member = own_member("web", "<script>alert(1)</script>", "http://box", "zone", "1.0")
    store.join(member)
    page = client.get("/fleet").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_ten_thousand_processes_stay_usable(client, make_page):
    store = store_of(client)
    now = store.now()
    one = own_member("web", "box", "http://box:8080", "zone-a", "1.0")
    rows = [
        {
            **{name: getattr(one, name) for name in MEMBERS.c.keys()},  # noqa: SIM118
            "id": f"box-{number}",
            "zone": f"zone-{number % 3}",
            "started_at": now,
            "seen_at": now - timedelta(hours=number % 10 == 0),
            "load": {"requests_per_s": float(number)},
        }
        for number in range(10_000)
    ]
    with store.database.transaction() as connection:
        connection.execute(insert(MEMBERS), rows)
    text = client.get("/fleet").text
    assert len(text) < 150_000
    assert text.count('data-label="State"') == 50
    assert "10,000" in text.replace("\u2009", ",").replace("\u202f", ",")
    told = client.get("/api/v1/fleet?limit=10").json
    assert told["found"] == 10_000
    assert told["states"] == {"running": 9000, "silent": 1000}
    assert told["members"][0]["load"]["requests_per_s"] == 9999
    last = client.get("/fleet?page=200").text
    assert last.count('data-label="State"') == 50
    assert client.get("/api/v1/fleet?find=zone-2&state=silent").json["found"] == 333
    assert make_page(text).refused == []
