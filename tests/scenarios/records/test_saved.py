"""Saved scenarios and kept figures: whose they are, who sees them, and where they came from."""

import io
import json
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from known import ANA, BEN, HOUSE, ON_BOTH, OWNER, SHOP, house_content, person

from modelyard.accounts.actor import ANONYMOUS, LAPTOP
from modelyard.accounts.resource import Resource
from modelyard.errors import Denied, Invalid, NotFound, Overtaken, SignInNeeded
from modelyard.scenarios.setting import Content, Dated, Setting


@ON_BOTH
def test_a_scenario_is_saved_for_oneself_and_found_by_its_id(what_ifs):
    saved = what_ifs.saved.save(
        "house", "Small", {"price": "100000 USD", "deposit": "0"}, note="A try.", by=ANA
    )
    assert saved.inputs == {"price": "100000", "deposit": "0"}
    assert what_ifs.saved.get(saved.id, by=ANA) == saved
    assert what_ifs.saved.list_of("house", by=ANA) == [saved]
    assert what_ifs.saved.list_of(by=BEN) == []
    with pytest.raises(NotFound, match="is not here"):
        what_ifs.saved.get(saved.id, by=BEN)
    with pytest.raises(NotFound, match="is not here"):
        what_ifs.saved.get("sc" + "0" * 24, by=ANA)
    with pytest.raises(SignInNeeded):
        what_ifs.saved.get(saved.id, by=ANONYMOUS)


def test_a_locked_parameter_is_not_saved_with_another_value(what_ifs):
    with pytest.raises(Denied, match="house/fee"):
        what_ifs.saved.save("house", "Free", {"fee": 0}, by=ANA)
    with pytest.raises(Denied, match="house/borrowed"):
        what_ifs.saved.save("house", "Free", {"borrowed": 1}, by=ANA)
    with pytest.raises(Invalid, match="house/price"):
        what_ifs.saved.save("house", "Cheap", {"price": 1}, by=ANA)
    saved = what_ifs.saved.save("house", "Mine", {}, by=ANA)
    with pytest.raises(Denied, match="house/fee"):
        what_ifs.saved.change(saved.id, made_from=1, inputs={"fee": "0.01"}, by=ANA)
    assert "fee" not in saved.inputs


@ON_BOTH
def test_shared_with_named_people_or_with_all(what_ifs):
    saved = what_ifs.saved.save(
        "house", "Ours", {}, level="shared", people=["ben@example.com"], by=ANA
    )
    assert what_ifs.saved.get(saved.id, by=BEN) == saved
    with pytest.raises(NotFound):
        what_ifs.saved.get(saved.id, by=person("carl"))
    with pytest.raises(Denied):
        what_ifs.saved.share(saved.id, "public", by=BEN)
    assert not what_ifs.saved.may_change(saved, by=BEN)
    what_ifs.saved.share(saved.id, "signed-in", by=ANA)
    assert what_ifs.saved.get(saved.id, by=person("carl")) == saved
    with pytest.raises(Denied):
        what_ifs.saved.delete(saved.id, by=BEN)


def test_a_scenario_of_a_model_that_one_may_not_see_is_not_there(what_ifs):
    what_ifs.versions.create("secret", SHOP, by=OWNER)
    with pytest.raises(NotFound):
        what_ifs.saved.save("secret", "x", {}, by=ANA)


def test_a_token_for_one_model_reaches_its_scenarios_only(what_ifs):
    saved = what_ifs.saved.save("house", "Mine", {}, by=ANA)
    assert what_ifs.saved.get(saved.id, by=replace(ANA, only=Resource("scenario", "house")))
    with pytest.raises(NotFound):
        what_ifs.saved.get(saved.id, by=replace(ANA, only=Resource("scenario", "loan")))


@ON_BOTH
def test_of_two_who_change_one_scenario_the_second_is_told(what_ifs):
    saved = what_ifs.saved.save("house", "First", {}, by=ANA)
    changed = what_ifs.saved.change(saved.id, made_from=1, name="Second", by=ANA)
    assert (changed.revision, changed.name, changed.inputs) == (2, "Second", saved.inputs)
    with pytest.raises(Overtaken, match=r"changed by ana@example\.com .* Nothing was overwritten"):
        what_ifs.saved.change(saved.id, made_from=1, name="Third", by=ANA)
    assert what_ifs.saved.get(saved.id, by=ANA).name == "Second"


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "\u202e\u0000"])
def test_a_scenario_needs_a_name(what_ifs, name):
    with pytest.raises(Invalid, match="needs a name"):
        what_ifs.saved.save("house", name, {}, by=ANA)


def test_a_saved_scenario_follows_the_model_and_its_figures_stay(what_ifs):
    what_ifs.versions.create("house", house_content("0.03"), by=ANA)
    saved = what_ifs.saved.save("house", "Mine", {"price": 300_000}, by=ANA)
    assert (saved.version, saved.model) == (1, "house")
    before = what_ifs.saved.work_out(saved.id, by=ANA)
    what_ifs.versions.change("house", house_content("0.05"), made_from=1, why="", by=BEN)
    after = what_ifs.saved.work_out(saved.id, by=ANA)
    assert [one.answer["outputs"]["result"] for one in (before, after)] == [
        "257500.00",
        "262500.00",
    ]
    listed = what_ifs.figures.list_of(saved=saved.id, by=ANA)
    assert [one.id for one in listed] == [after.id, before.id]
    assert listed[0].answer == {}
    for figure in (before, after):
        replayed = what_ifs.figures.replay(figure.id, by=ANA)
        assert (replayed["identical"], replayed["words"]) == (True, "Identical.")


def test_a_parameter_that_was_locked_since_takes_its_locked_value(what_ifs):
    saved = what_ifs.saved.save("house", "Mine", {"deposit": 10_000}, by=ANA)
    locked = Setting(name="deposit", state="locked", values=(Dated(value=20_000),))
    what_ifs.versions.create("house", Content(based_on="house", settings=(locked,)), by=BEN)
    figure = what_ifs.saved.work_out(saved.id, by=ANA)
    assert figure.answer["inputs"]["deposit"] == "20000"


def test_scenarios_of_other_days_are_compared(what_ifs):
    fee = Setting(
        name="fee", values=(Dated(value="0.02"), Dated(value="0.03", since=date(2027, 1, 1)))
    )
    what_ifs.versions.create("house", Content(based_on="house", settings=(fee,)), by=ANA)
    ids = [
        what_ifs.saved.save("house", str(day), {}, as_of=day, by=ANA).id
        for day in (date(2026, 1, 1), date(2027, 1, 1))
    ]
    compared = what_ifs.compare_saved(ids, by=ANA)
    assert compared["differing"] == ["fee"]
    assert compared["differences"] == {"result": ["0.00", "1500.00"]}
    alike = what_ifs.compare_saved([ids[1], ids[1]], by=ANA)
    assert (alike["differing"], alike["as_of"]) == ([], "2027-01-01")
    with pytest.raises(NotFound):
        what_ifs.compare_saved(ids, by=BEN)


@ON_BOTH
def test_a_saved_scenario_without_figures_says_how_to_keep_some(what_ifs):
    saved = what_ifs.saved.save("house", "Bare", {}, by=ANA)
    with pytest.raises(NotFound, match=r"no figures of it were kept\. Keep them on its page"):
        what_ifs.figures.latest_of(saved.id, by=ANA)
    figure = what_ifs.saved.work_out(saved.id, by=ANA)
    assert what_ifs.figures.latest_of(saved.id, by=ANA).id == figure.id


def test_every_kind_of_figure_is_replayed(what_ifs):
    what_ifs.versions.create("shop", SHOP, by=ANA)
    answers = (
        what_ifs.run("shop", {"price": 30}),
        what_ifs.compare("shop", [("a", {}), ("b", {"price": 30})]),
        what_ifs.sensitivity("shop", {"price": 30}, output="net", swing="5%"),
        what_ifs.grid("shop", {}, {"price": "10..20 in 3"}),
        what_ifs.goal_seek("shop", {}, output="net", target="2000", by="price"),
        what_ifs.monte_carlo("shop", {}, {"price": "uniform(10, 30)"}, draws=300, seed=7),
    )
    for answer in answers:
        figure = what_ifs.figures.keep(json.loads(json.dumps(answer)), by=ANA)
        assert figure.passport["versions"]["modelyard"]
        assert what_ifs.figures.replay(figure.id, by=ANA)["identical"], figure.kind
    with pytest.raises(NotFound):
        what_ifs.figures.replay(figure.id, by=BEN)
    with pytest.raises(Invalid, match="is no answer"):
        what_ifs.figures.keep({"outputs": {}}, by=ANA)


def test_a_replay_names_the_first_difference_and_what_changed(what_ifs, folder):
    figure = what_ifs.figures.keep(what_ifs.run("house", {}), by=ANA)
    file = folder / "scenarios" / "house.py"
    try:
        file.write_text(HOUSE.replace("(1 + fee)", "(1 + 2 * fee)"))
        replayed = what_ifs.figures.replay(figure.id, by=ANA)
    finally:
        file.write_text(HOUSE)
    assert not replayed["identical"]
    assert replayed["place"] == "outputs.result"
    assert (replayed["before"], replayed["now"]) == ("153000.00", "156000.00")
    assert list(replayed["changes"]) == ["code"]


@ON_BOTH
def test_who_deletes_a_scenario_deletes_its_figures(what_ifs):
    saved = what_ifs.saved.save("house", "Mine", {}, by=ANA)
    figure = what_ifs.saved.work_out(saved.id, by=ANA)
    what_ifs.saved.delete(saved.id, by=ANA)
    with pytest.raises(NotFound):
        what_ifs.saved.get(saved.id, by=ANA)
    with pytest.raises(NotFound):
        what_ifs.figures.get(figure.id, by=ANA)


def test_at_this_computer_scenarios_are_for_all_who_come(what_ifs):
    saved = what_ifs.saved.save("house", "Mine", {}, by=LAPTOP)
    assert what_ifs.saved.visibility_of(saved).level == "signed-in"
    assert what_ifs.saved.may_change(saved, by=LAPTOP)
    assert what_ifs.saved.work_out(saved.id, by=LAPTOP).saved == saved.id


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\t=1"])
def test_no_text_becomes_a_formula_in_an_export(what_ifs, text):
    label = Setting(name="label", kind="text", values=(Dated(value=text),), title=text)
    shop = Content(title=text, settings=(*SHOP.settings, label), outputs=SHOP.outputs)
    what_ifs.versions.create("shop", shop, by=ANA)
    content = what_ifs.table("shop", {}, "csv").decode()
    cells = [cell.strip('"') for line in content.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "-2"))]
    book = openpyxl.load_workbook(io.BytesIO(what_ifs.excel("shop", {}, title=text)))
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row}
    assert "f" not in kinds
    assert what_ifs.read_excel("shop", what_ifs.excel("shop", {}))["label"] == text


@ON_BOTH
@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "'; DROP TABLE users; --", "x" * 500, ""])
def test_no_name_or_id_is_too_odd_to_be_asked_for(what_ifs, text):
    assert what_ifs.versions.find_record(text) is None
    assert what_ifs.saved.list_of(text or "-", by=ANA) == []
    assert what_ifs.figures.list_of(model=text or "-", saved=text, by=ANA) == []
    for ask in (what_ifs.get_model, what_ifs.versions.list_versions, what_ifs.versions.get_version):
        with pytest.raises(NotFound):
            ask(text)
    for ask in (what_ifs.saved.get, what_ifs.figures.get, what_ifs.figures.replay):
        with pytest.raises(NotFound):
            ask(text, by=ANA)
    with pytest.raises(NotFound):
        what_ifs.saved.save(text, "Mine", {}, by=ANA)
