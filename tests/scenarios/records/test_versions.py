"""Models that are managed without code: who may change what, when it holds, who agreed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import msgspec
import pytest
from known import ANA, BEN, ON_BOTH, OWNER, SHOP, house_content
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from modelyard.errors import Conflict, Denied, Invalid, NotFound
from modelyard.scenarios.setting import Content, Dated, Setting
from modelyard.scenarios.versions import Stale


def test_what_the_folder_holds_is_listed_with_what_cannot_be_used(what_ifs):
    models = {one.name: one for one in what_ifs.list_models()}
    assert set(models) == {"house", "broken"}
    assert models["house"].origin == "python"
    assert models["house"].definition["parameters"][0]["name"] == "price"
    assert models["broken"].fault.where == "scenarios/broken.py, line 2"
    assert what_ifs.run("house", {})["outputs"] == {"result": "153000.00"}


@ON_BOTH
def test_a_record_sets_parameters_of_a_model_in_the_folder(what_ifs):
    what_ifs.versions.create("house", house_content("0.03"), why="The bank asks more.", by=ANA)
    offered = what_ifs.get_model("house")
    price = offered.definition["parameters"][0]
    assert (offered.version, offered.record.created_by) == (1, "ana@example.com")
    assert (price["title"], price["maximum"]) == ("Price of the house", "500000")
    answer = what_ifs.run("house", {"price": "300000"})
    assert answer["outputs"] == {"result": "257500.00"}
    assert answer["shown"]["outputs"] == {"result": "257,500.00 USD"}
    assert (answer["model"], answer["version"]) == ("house", 1)
    with pytest.raises(Invalid, match="above the maximum 500000"):
        what_ifs.run("house", {"price": "600000"})


def test_a_model_stands_alone_with_formulas(what_ifs):
    what_ifs.versions.create("shop", SHOP, by=ANA)
    answer = what_ifs.run("shop", {"visitors": "2000", "price": "19.99 EUR"})
    assert answer["inputs"]["buyers"] == 200
    assert answer["outputs"] == {"revenue": "3998.00", "net": "3238.38"}
    bars = what_ifs.sensitivity("shop", {}, output="net")["bars"]
    assert [bar["parameter"] for bar in bars] == ["price", "visitors"]
    goal = what_ifs.goal_seek("shop", {}, output="revenue", target=4000, by="price")
    assert float(goal["value"]) == 40
    drawn = what_ifs.monte_carlo("shop", {}, {"price": "uniform(10, 30)"}, draws=200, seed=1)
    assert drawn["outputs"]["net"]["count"] == 200


@pytest.mark.parametrize("door", ["run", "grid", "goal_seek", "monte_carlo", "compare", "faults"])
def test_no_door_moves_a_locked_parameter(what_ifs, door):
    what_ifs.versions.create("shop", SHOP, by=ANA)
    if door == "compare":
        compared = what_ifs.compare("shop", [("mine", {"share": 0.5})])
        assert "share: is locked at 10%" in compared["scenarios"][0]["fault"]
        return
    if door == "faults":
        assert what_ifs.faults_of("shop", {"share": 0.5})["share"]["kind"] == "Denied"
        return
    ask = {
        "run": lambda: what_ifs.run("shop", {"share": "50%"}),
        "grid": lambda: what_ifs.grid("shop", {}, {"share": "10%..20% in 3"}),
        "goal_seek": lambda: what_ifs.goal_seek("shop", {}, output="net", target=5000, by="share"),
        "monte_carlo": lambda: what_ifs.monte_carlo("shop", {}, {"share": "uniform(0, 1)"}),
    }
    with pytest.raises(Denied, match=r"shop/share.*is locked"):
        ask[door]()
    with pytest.raises(Denied, match=r"shop/buyers.*follows from others"):
        what_ifs.run("shop", {"buyers": 5000})


def test_values_hold_from_their_days(what_ifs):
    fee = Setting(
        name="fee",
        values=(
            Dated(value="0.02"),
            Dated(value="0.03", since=date(2027, 1, 1)),
            Dated(value="0.05", since=date(2028, 1, 1)),
        ),
    )
    what_ifs.versions.create("house", Content(based_on="house", settings=(fee,)), by=ANA)
    found = {
        year: what_ifs.run("house", {}, as_of=date(year, 6, 1))["inputs"]["fee"]
        for year in (2026, 2027, 2028)
    }
    assert found == {2026: "0.02", 2027: "0.03", 2028: "0.05"}
    assert what_ifs.run("house", {}, as_of=date(2027, 1, 1))["inputs"]["fee"] == "0.03"


@ON_BOTH
def test_every_change_says_who_when_and_why_and_older_versions_stay(what_ifs):
    versions = what_ifs.versions
    versions.create("house", house_content("0.03"), why="first", by=ANA)
    second = versions.change("house", house_content("0.04"), made_from=1, why="dearer", by=BEN)
    assert (second.number, second.created_by, second.why) == (2, "ben@example.com", "dearer")
    assert [one.why for one in versions.list_versions("house")] == ["dearer", "first"]
    changes = versions.differences("house", 1, 2)
    assert [(one.path, one.before, one.now) for one in changes] == [
        ("settings.fee.values", [{"value": "0.03"}], [{"value": "0.04"}])
    ]
    assert what_ifs.run("house", {}, version=1)["inputs"]["fee"] == "0.03"
    assert what_ifs.run("house", {})["inputs"]["fee"] == "0.04"
    back = versions.copy("house", 1, made_from=2, by=ANA)
    assert (back.number, back.why) == (3, "As version 1 had it.")
    assert what_ifs.run("house", {})["inputs"]["fee"] == "0.03"


def test_who_changes_what_somebody_changed_meanwhile_is_told_and_overwrites_nothing(what_ifs):
    versions = what_ifs.versions
    versions.create("house", house_content("0.03"), by=ANA)
    versions.change("house", house_content("0.04"), made_from=1, why="", by=BEN)
    with pytest.raises(Stale) as stale:
        versions.change("house", house_content("0.05"), made_from=1, why="", by=ANA)
    assert "was changed by ben@example.com" in str(stale.value)
    assert "Nothing was overwritten. Changed meanwhile: settings.fee.values" in str(stale.value)
    assert stale.value.latest.number == 2
    assert what_ifs.run("house", {})["inputs"]["fee"] == "0.04"


@ON_BOTH
def test_of_many_who_change_at_once_one_does(what_ifs):
    versions = what_ifs.versions
    versions.create("house", house_content("0.03"), by=ANA)
    together = threading.Barrier(4)

    def change(number: int) -> str:
        together.wait()
        try:
            content = house_content(f"0.0{number}")
            versions.change("house", content, made_from=1, why=str(number), by=ANA)
        except Stale:
            return "stale"
        return "changed"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(change, range(4, 8)))
    assert sorted(outcomes) == ["changed", "stale", "stale", "stale"]
    assert [one.number for one in versions.list_versions("house")] == [2, 1]


@ON_BOTH
def test_where_approval_is_needed_a_second_person_gives_it(what_ifs):
    versions = what_ifs.versions
    versions.create("house", house_content("0.03"), by=ANA)
    assert versions.require_approval("house", True, by=OWNER).needs_approval
    proposed = versions.change("house", house_content("0.04"), made_from=1, why="", by=ANA)
    assert (proposed.state, versions.get_record("house").served) == ("proposed", 1)
    assert [one.number for one in versions.list_proposed()] == [2]
    assert what_ifs.run("house", {})["inputs"]["fee"] == "0.03"
    assert what_ifs.run("house", {}, version=2)["inputs"]["fee"] == "0.04"
    with pytest.raises(Denied, match="nobody approves what they proposed themselves"):
        versions.approve("house", 2, by=ANA)
    approved = versions.approve("house", 2, why="seen", by=BEN)
    assert (approved.state, approved.decided_by) == ("approved", "ben@example.com")
    assert what_ifs.run("house", {})["inputs"]["fee"] == "0.04"
    with pytest.raises(Conflict, match=r"approved by ben@example\.com already"):
        versions.reject("house", 2, why="", by=OWNER)


@ON_BOTH
def test_of_two_proposals_the_second_is_stale_when_the_first_is_approved(what_ifs):
    versions = what_ifs.versions
    versions.create("house", house_content("0.03"), by=ANA)
    versions.require_approval("house", True, by=OWNER)
    for fee in ("0.04", "0.05"):
        versions.change("house", house_content(fee), made_from=1, why="", by=ANA)
    versions.approve("house", 2, by=BEN)
    with pytest.raises(Stale):
        versions.approve("house", 3, by=BEN)
    assert versions.reject("house", 3, why="too late", by=BEN).state == "rejected"
    assert what_ifs.run("house", {})["inputs"]["fee"] == "0.04"


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (Setting(name="fee", state="open"), "fee: is locked by the model itself"),
        (Setting(name="borrowed", values=(Dated(value=1),)), "borrowed: follows from others"),
        (Setting(name="price", maximum=2_000_000), "wider than the model's own"),
        (Setting(name="price", minimum="deposit"), "go round in a circle"),
        (Setting(name="price", minimum="__import__('os')"), "is not a formula"),
        (Setting(name="price", values=(Dated(value="=1+1"),)), "default: '=1"),
        (Setting(name="price", values=(Dated(value=5),)), "below the minimum"),
        (Setting(name="price", kind="text"), "price, kind: is said by the model itself"),
        (Setting(name="nothing"), "nothing: is no parameter"),
        (Setting(name="price", title="a\0b"), "cannot be kept"),
        (
            Setting(
                name="price",
                values=(Dated(value=5, since=date(2099, 1, 1)), Dated(value=200_000)),
            ),
            "below the minimum",
        ),
    ],
)  # fmt: skip
def test_settings_that_mean_nothing_are_refused_by_name(what_ifs, setting, words):
    content = Content(based_on="house", settings=(setting,))
    with pytest.raises((Invalid, Denied, NotFound), match=words):
        what_ifs.versions.create("house", content, by=ANA)
    assert what_ifs.versions.find_record("house") is None


@pytest.mark.parametrize("name", ["../etc", "a/b", "", "x" * 61, "a\0b", "1st", "a b", "con\n"])
def test_names_that_are_none_are_refused(what_ifs, name):
    with pytest.raises(Invalid, match="is no name"):
        what_ifs.versions.create(name, SHOP, by=ANA)


def test_formulas_of_outputs_know_what_comes_before_them_only(what_ifs):
    later = msgspec.structs.replace(SHOP, outputs=tuple(reversed(SHOP.outputs)))
    with pytest.raises(Invalid, match="'revenue' is no number that is known by then"):
        what_ifs.versions.create("shop", later, by=ANA)


def test_a_bound_may_name_a_parameter_and_the_models_own_bound_holds_too(what_ifs):
    settings = (Setting(name="deposit", maximum="price * 0.9"),)
    what_ifs.versions.create("house", Content(based_on="house", settings=settings), by=ANA)
    with pytest.raises(Invalid, match="above the maximum"):
        what_ifs.run("house", {"deposit": 150_000})
    assert what_ifs.run("house", {"deposit": 100_000})["outputs"] == {"result": "102000.00"}


def test_a_name_is_given_once(what_ifs):
    what_ifs.versions.create("shop", SHOP, by=ANA)
    with pytest.raises(Conflict, match="already"):
        what_ifs.versions.create("shop", SHOP, by=BEN)
    with pytest.raises(Conflict, match="already"):
        what_ifs.versions.create("house", SHOP, by=BEN)
    copied = what_ifs.versions.copy_as("shop", 1, "kiosk", by=BEN)
    assert (copied.model, copied.number) == ("kiosk", 1)
    assert what_ifs.run("kiosk", {})["outputs"]["revenue"] == "2000.00"


@ON_BOTH
def test_the_database_itself_keeps_versions_as_they_are(what_ifs, database):
    what_ifs.versions.create("shop", SHOP, by=ANA)
    with pytest.raises(IntegrityError), database.transaction() as connection:
        connection.execute(text("UPDATE scenario_versions SET why = 'another'"))


@ON_BOTH
def test_who_makes_a_private_model_is_its_owner(what_ifs, accounts):
    from modelyard.accounts.resource import Resource

    what_ifs.versions.create("shop", SHOP, level="private", by=ANA)
    visibility = accounts.sharing.find(Resource("scenario", "shop"))
    assert (visibility.level, visibility.owner) == ("private", "ana@example.com")
    what_ifs.versions.delete("shop", by=OWNER)
    assert accounts.sharing.find(Resource("scenario", "shop")) is None
    assert what_ifs.versions.find_record("shop") is None
    actions = {entry.action for entry in accounts.audit.entries()}
    assert {"scenario.create", "scenario.delete"} <= actions


@ON_BOTH
def test_no_name_is_taken_that_would_share_the_tables_of_another_model(what_ifs):
    versions = what_ifs.versions
    versions.create("shop__eu", SHOP, by=ANA)
    versions.create("net_margin", SHOP, by=ANA)
    said = "there is a model of that name already"
    names = ["House", "HOUSE", "house_", "ho_use", "broKen", "house__fee", "Shop__EU", "shop"]
    for name in [*names, "shop__eu__net", "NetMargin", "net__margin"]:
        with pytest.raises(Conflict, match=said):
            versions.create(name, SHOP, by=BEN)
        with pytest.raises(Conflict, match=said):
            versions.create(name, house_content("0.03"), by=BEN)
    with pytest.raises(Conflict, match=said):
        versions.copy_as("net_margin", 1, "Net_Margin", by=BEN)
    assert [one.name for one in versions.list_records()] == ["net_margin", "shop__eu"]
    versions.create("house", house_content("0.03"), by=ANA)
    versions.create("houses", SHOP, by=BEN)


@ON_BOTH
def test_of_two_who_take_such_names_at_once_one_gets_it(what_ifs):
    together = threading.Barrier(4)
    names = ["till", "Till", "TILL", "ti_ll"]

    def create(name: str) -> str:
        what_ifs.list_models()
        together.wait()
        try:
            return what_ifs.versions.create(name, SHOP, by=ANA).model
        except Conflict:
            return ""

    with ThreadPoolExecutor(4) as threads:
        made = [name for name in threads.map(create, names) if name]
    assert len(made) == 1
    assert [one.name for one in what_ifs.versions.list_records()] == made
