"""Pages of what-if models: forms, figures, faults at their field, and what attacks come to."""

import html
import io
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from what_if_yard import WhatIfYard, what_if_yard

from modelyard.web.live import LIVE
from modelyard.workspace import starter

OLGA, ANA, BEN, VIC = (f"{name}@example.com" for name in ("olga", "ana", "ben", "vic"))
EVERY_TAB = (
    *("", "/compare", "/sensitivity", "/grid", "/goal-seek", "/montecarlo", "/actuals"),
    *("/runs", "/versions", "/access"),
)


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhatIfYard]:
    """A service with what-if models."""
    with what_if_yard(tmp_path_factory.mktemp("pages") / "desk") as made:
        yield made


@pytest.fixture(scope="module")
def olga(yard):
    return yard.browser(OLGA)


@pytest.fixture(scope="module")
def ana(yard):
    return yard.browser(ANA)


@pytest.fixture(scope="module")
def ben(yard):
    return yard.browser(BEN)


@pytest.fixture(scope="module")
def vic(yard):
    return yard.browser(VIC)


def words(answer) -> str:
    """What a page says, without its marks."""
    text = re.sub(r"<(script|style|title).*?</\1>", " ", answer.text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_the_list_names_models_with_inputs_and_outputs(vic):
    said = words(vic.get("/scenarios"))
    assert "Buying a house" in said
    assert "Inputs MRR today, Monthly churn" in said
    assert "Outputs Monthly payment, Last payment" in said
    assert "Secret" not in said


def test_the_first_page_lists_what_if_models_that_one_may_see(vic, ana):
    vic.get("/scenarios")  # waits for those that are still being read
    page = vic.get("/").text
    assert 'href="/scenarios/loan"' in page
    assert 'href="/scenarios/secret"' not in page
    assert 'href="/scenarios/secret"' in ana.get("/").text
    assert "4 inputs" in words(vic.get("/"))
    assert "cannot be used" in words(vic.get("/"))


def test_owners_find_what_if_models_among_what_is_shared(olga):
    text = olga.get("/people").text
    assert 'href="/scenarios/house/access">house</a></th><td data-label="Kind">what-if' in text
    assert re.search(r"/scenarios/secret/access.*Private.*ana@example.com", text)


def test_the_first_page_waits_for_no_what_if_model(tmp_path):
    with what_if_yard(tmp_path / "desk") as fresh:
        page = fresh.browser(ANA).get("/").text
    if "being read" in page:
        awaited = re.search(r'data-await="([^"]*)"', page)
        assert awaited is not None
        assert "/api/v1/scenarios/loan" in awaited[1]
    assert "Loan" in page or "loan" in page


def test_a_service_loads_its_what_if_models_before_anybody_asks(tmp_path):
    with what_if_yard(tmp_path / "desk") as fresh:
        live = fresh.app.extensions[LIVE]
        shelf = live.records.scenarios.offers.shelf
        assert not shelf._read
        live.models_folder.begin()
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if shelf._read and all(reading.done() for _, reading in shelf._read.values()):
                break
            time.sleep(0.05)
        live.models_folder.stop()
        assert {"scenarios/loan.py", "scenarios/broken.py"} <= shelf._read.keys()
        assert not shelf.look(wait_s=0).loading


def test_an_empty_workspace_says_what_to_do(tmp_path):
    with what_if_yard(tmp_path / "desk") as empty:
        for file in (tmp_path / "desk" / "scenarios").iterdir():
            file.unlink()
        said = words(empty.browser(ANA).get("/scenarios"))
    assert "There is no what-if model yet" in said


@pytest.mark.parametrize("tab", EVERY_TAB)
@pytest.mark.parametrize("name", ["loan", "house", "nasty", "moody"])
def test_every_tab_of_every_model_keeps_the_strict_policy(olga, make_page, name, tab):
    answer = olga.get(f"/scenarios/{name}{tab}")
    assert answer.status_code in {200, 422, 503}, words(answer)
    page = make_page(answer.text)
    assert page.refused == []
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("h1") == 1
    assert not re.search(r"<script>|<img src=x|<svg onload|<b>&", answer.text)


def test_the_form_shows_units_bounds_help_and_what_is_locked(vic):
    text = vic.get("/scenarios/house").text
    said = words(vic.get("/scenarios/house"))
    assert "<legend>Deal</legend>" in text
    assert "From 1000 to 1 000 000" in said
    assert "From 0 to price * 0.5." in said
    assert 'name="price"' in text
    assert 'name="fee' not in text
    assert 'name="borrowed' not in text
    assert "Fee locked 2" in said
    assert "Borrowed derived 150 000.00 USD" in said
    assert 'name="plan.growth.percent" value="5"' in text


def test_a_form_that_was_filled_in_is_worked_out_and_keeps_its_address(vic):
    address = (
        "/scenarios/house?price=300000&deposit=50000&kind=villa"
        "&plan.year=1&plan.year=2&plan.year=&plan.growth.percent=5&plan.growth.percent=7.5"
        "&plan.growth.percent="
    )
    answer = vic.get(address)
    assert "257 000.00 USD" in words(answer)
    link = html.unescape(re.search(r'href="([^"]+)">Permalink', answer.text)[1])
    fields = parse_qs(urlsplit(link).query)
    assert fields["plan.growth.percent"] == ["5", "7.5"]
    assert "257 000.00 USD" in words(vic.get(link))


def test_faults_stand_at_their_fields(vic):
    answer = vic.get("/scenarios/house?price=abc&kind=castle&plan.year=0")
    assert answer.status_code == 422
    said = words(answer)
    assert "3 values cannot be taken" in said
    assert "row 1, growth: Is missing." in said
    assert "'abc' is not a number." in said
    assert "'castle' is not among the choices." in said
    assert answer.text.count('aria-invalid="true"') == 2
    assert 'value="abc"' in answer.text
    percent = words(vic.get("/scenarios/loan?rate.percent=900"))
    assert "900 % is above the maximum 100 %." in percent


@pytest.mark.parametrize("field", ["fee=0", "fee.percent=0", "borrowed=1"])
def test_a_locked_parameter_is_not_moved_by_a_form(ana, field):
    answer = ana.get(f"/scenarios/house?{field}")
    assert answer.status_code == 403
    assert re.search("Is locked at 2%|Follows from others", words(answer))
    name, _, value = field.partition("=")
    saved = ana.post("/scenarios/house/saved", data={name: value, "_name": "Moved"})
    assert saved.status_code == 403
    assert "Moved" not in words(ana.get("/scenarios/house/compare"))
    run = ana.post("/scenarios/house/runs", data={name: value})
    assert run.status_code == 403


def test_a_name_that_is_none_is_told_with_the_one_that_may_be_meant(vic):
    said = words(vic.get("/scenarios/loan?monthz=12"))
    assert "Did you mean 'months'?" in said


def test_a_model_that_raises_hangs_or_dies_is_told_and_the_service_lives(vic):
    raised = vic.get("/scenarios/moody?mood=raise")
    assert raised.status_code == 422
    assert "divides by zero" in words(raised)
    assert "Traceback" not in raised.text
    ended = vic.get("/scenarios/moody?mood=end")
    assert ended.status_code in {422, 503}
    hung = vic.get("/scenarios/moody?mood=hang")
    assert hung.status_code == 503
    assert vic.get("/scenarios/moody").status_code == 200


def test_an_old_form_is_told_that_the_model_changed(vic):
    assert "was changed after" in words(vic.get("/scenarios/loan?_seen=000000000000"))
    assert "was changed after" not in words(vic.get("/scenarios/loan"))


def test_analyses_are_shown_in_words_and_pictures(vic):
    tornado = vic.get("/scenarios/loan/sensitivity?rate.percent=6.5&_output=payment&_swing=5%25")
    assert tornado.text.count('class="span-bar"') == 4
    assert "Monthly payment: 1896.20 USD" in words(tornado)
    grid = vic.get(
        "/scenarios/loan/grid?_by=rate&_values=4%25..8%25+in+3&_by2=months&_values2=180,360"
    )
    assert "2219.06" in words(grid)
    assert "shade-8" in grid.text
    curve = vic.get("/scenarios/loan/grid?_by=rate&_values=4%25,5%25")
    assert 'class="curve s-0"' in curve.text
    none = words(vic.get("/scenarios/loan/goal-seek?_by=rate&_output=payment&_target=1"))
    assert "No solution: for rate from 0 % to 100 %" in none
    some = words(vic.get("/scenarios/loan/goal-seek?_by=rate&_output=payment&_target=1800"))
    assert "6.007 %" in some


@pytest.mark.parametrize(
    "address",
    [
        "/sensitivity?_output=schedule",
        "/sensitivity?_swing=lots",
        "/grid?_by=rate&_values=x",
        "/grid?_by=rate&_values=4%25&_by2=rate&_values2=4%25",
        "/grid?_by=nothing&_values=4",
        "/goal-seek?_by=rate&_output=payment&_target=x",
        "/goal-seek?_by=nothing&_output=payment&_target=1",
        "/montecarlo?_draw.rate=normal(1)",
        "/montecarlo?_draw.nothing=normal(1,1)",
        "/montecarlo?_draw.rate=normal(7%25,1%25)&_draws=many",
        "/compare?state=months%3D12&state=months%3Dx&_output=nothing",
        "/compare?id=nothing",
        "?_version=x",
        "?_as_of=yesterday",
        "?_version=7",
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(vic, address):
    answer = vic.get(f"/scenarios/loan{address}")
    assert answer.status_code in {404, 422}
    assert "<h1" in answer.text


def test_chance_is_drawn_with_a_seed(vic):
    address = "/scenarios/subscription/montecarlo?_draw.arpu=normal(100,10)&_draws=300&_seed=3"
    first, second = vic.get(address), vic.get(address)
    assert "300 draws, seed 3" in words(first)
    assert re.findall(r'class="histogram".*?</svg>', first.text, re.S) == re.findall(
        r'class="histogram".*?</svg>', second.text, re.S
    )
    assert "How the mean settles" in first.text
    assert "normal(100,10)" in first.text
    large = vic.get(address.replace("_draws=300", "_draws=5000000"))
    assert "Start as a run" in words(large)


def test_scenarios_are_saved_compared_shared_and_deleted(ana, ben):
    for rate in ("5", "6", "8"):
        form = {"rate.percent": rate, "_name": f"At {rate}", "_note": "<b>bold</b>"}
        saved = ana.post("/scenarios/loan/saved", data=form)
        assert saved.status_code == 303
    shown = ana.get(saved.location)
    assert "It is saved." in words(shown)
    assert "&lt;b&gt;bold" in shown.text
    everything = ana.get("/scenarios/loan/compare?_all=1")
    said = words(everything)
    assert "3 scenarios side by side" in said
    assert "-590.83" in said
    assert everything.text.count("<polyline") == 3
    assert "At 8" not in words(ben.get("/scenarios/loan/compare"))
    root = urlsplit(saved.location).path
    assert ben.get(root).status_code == 404
    assert ana.post(f"{root}/share", data={"level": "shared"}).status_code == 422
    assert ana.post(f"{root}/share", data={"level": "shared", "people": BEN}).status_code == 303
    assert "At 8" in words(ben.get(root))
    assert ben.post(f"{root}/delete").status_code == 403
    changed = {"rate.percent": "9", "_name": "At 9", "_made_from": "1"}
    assert ana.post(root, data=changed).status_code == 303
    stale = ana.post(root, data=changed | {"rate.percent": "10"})
    assert stale.status_code == 412
    assert 'value="10"' in stale.text
    assert "At 9" in words(ana.get(root))
    assert ana.post(f"{root}/delete").status_code == 303
    assert ana.get(root).status_code == 404


def test_a_form_made_from_another_model_saves_nothing(ana):
    form = {"rate.percent": "5", "_name": "Stale", "_seen": "000000000000"}
    answer = ana.post("/scenarios/loan/saved", data=form)
    assert answer.status_code == 409
    assert "nothing was saved" in words(answer)
    assert 'value="Stale"' in answer.text
    assert "Stale" not in words(ana.get("/scenarios/loan/compare"))


def test_kept_figures_are_replayed(ana):
    saved = ana.post("/scenarios/house/saved", data={"price": "150000", "_name": "Cheap"})
    assert saved.status_code == 303, words(saved)
    root = urlsplit(saved.location).path
    assert ana.post(f"{root}/figures").status_code == 303
    replay = re.search(r'action="([^"]+/figures/[^"]+)"', ana.get(root).text)[1]
    assert "Identical." in words(ana.post(replay))


def test_a_thousand_scenarios_stay_usable(ana):
    states = "&".join(f"state=months%3D{number + 1}" for number in range(500))
    answer = ana.get(f"/scenarios/loan/compare?{states}&_page=2")
    assert answer.status_code == 200
    assert "500 scenarios side by side" in words(answer)
    assert answer.text.count("<tr>") < 120
    assert "101 to 200 of 500" in words(answer)
    few = "&".join(f"state=months%3D{number + 1}" for number in range(12))
    falling = ana.get(f"/scenarios/loan/compare?{few}&_sort=-months_paid")
    assert re.findall(r">(\d+) months<", falling.text)[:24:2][:2] == ["12", "11"]


def test_variations_are_added_to_the_address(vic):
    answer = vic.get("/scenarios/loan/compare?_vary=rate&_values=5%25,+6%25")
    assert answer.status_code == 303
    assert "3 scenarios side by side" in words(vic.get(answer.location))


def test_filled_in_excel_comes_back_into_the_form(vic):
    excel = vic.get("/api/v1/scenarios/loan/run?months=77&_format=xlsx").data
    sent = vic.post("/scenarios/loan/inputs", data={"file": (io.BytesIO(excel), "loan.xlsx")})
    assert sent.status_code == 303
    assert "months=77" in sent.location
    wrong = vic.post("/scenarios/loan/inputs", data={"file": (io.BytesIO(b"x"), "loan.xlsx")})
    assert wrong.status_code == 422


MARGIN = {
    "_name": "margin",
    "_title": "Margin",
    "_level": "signed-in",
    "p.0.name": "price",
    "p.0.kind": "money",
    "p.0.unit": "USD",
    "p.0.state": "open",
    "p.0.value": "10",
    "p.0.minimum": "1",
    "p.0.maximum": "100",
    "p.1.name": "tax",
    "p.1.kind": "percent",
    "p.1.state": "locked",
    "p.1.value": "20%",
    "p.1.since": "2040-01-01",
    "p.1.dated": "30%",
    "p.2.name": "",
    "o.0.name": "net",
    "o.0.formula": "price * (1 - tax)",
}


def test_a_model_is_made_managed_and_its_history_told(ana, ben, vic):
    assert vic.get("/scenarios/-/new").status_code == 403
    wrong = ana.post("/scenarios/-/new", data=MARGIN | {"o.0.formula": "price ** 2"})
    assert wrong.status_code == 422
    assert 'value="price ** 2"' in wrong.text
    made = ana.post("/scenarios/-/new", data=MARGIN)
    assert made.status_code == 303, words(made)
    assert "Net 8" in words(vic.get("/scenarios/margin"))
    assert "Net 7" in words(vic.get("/scenarios/margin?_as_of=2040-01-01"))
    assert ben.get("/scenarios/margin/edit").status_code == 403
    assert ben.post("/scenarios/margin/edit", data=MARGIN).status_code == 403
    form = ana.get("/scenarios/margin/edit").text
    assert 'value="2040-01-01"' in form
    change = MARGIN | {"_made_from": "1", "_why": "The law", "p.1.value": "25%"}
    assert ana.post("/scenarios/margin/edit", data=change).status_code == 303
    stale = ana.post("/scenarios/margin/edit", data=change | {"p.1.value": "26%"})
    assert stale.status_code == 412
    assert "Nothing was overwritten" in words(stale)
    assert 'value="26%"' in stale.text
    history = words(vic.get("/scenarios/margin/versions"))
    assert "in use Version 2 The law made from 1 ana@example.com" in history
    assert "tax, values 20%; 30% from 2040-01-01" in words(vic.get("/scenarios/margin/versions/2"))
    assert "version 2 is the one in use" in words(vic.get("/scenarios/margin?_version=1"))
    again = ana.post("/scenarios/margin/versions/1/copy")
    assert again.status_code == 303
    assert "Net 8" in words(vic.get("/scenarios/margin"))
    copied = ben.post("/scenarios/margin/versions/1/copy-as", data={"_name": "bens"})
    assert copied.location == "/scenarios/bens"
    assert vic.get("/scenarios/bens").status_code == 404


def test_a_proposal_waits_for_a_second_person(olga, ana, ben):
    assert ana.post("/scenarios/-/new", data=MARGIN | {"_name": "agreed"}).status_code == 303
    assert ben.post("/scenarios/agreed/approval", data={"needed": "1"}).status_code == 403
    assert ana.post("/scenarios/agreed/approval", data={"needed": "1"}).status_code == 303
    change = MARGIN | {"_made_from": "1", "_why": "Dearer", "p.0.value": "20"}
    assert ben.post("/scenarios/agreed/edit", data=change).status_code == 303
    assert "Net 8" in words(ben.get("/scenarios/agreed"))
    page = ana.get("/scenarios/agreed/versions").text
    assert "/versions/2/approve" in page
    assert "/versions/2/approve" not in ben.get("/scenarios/agreed/versions").text
    assert ben.post("/scenarios/agreed/versions/2/approve").status_code == 403
    assert ana.post("/scenarios/agreed/versions/2/approve").status_code == 303
    assert "Net 16" in words(ben.get("/scenarios/agreed"))


def test_the_owner_locks_a_parameter_of_a_model_of_the_folder(olga, ana):
    assert ana.get("/scenarios/subscription/edit").status_code == 403
    form = olga.get("/scenarios/subscription/edit").text
    names = re.findall(r'name="(p\.\d+)\.name" value="(\w+)"', form)
    arpu = next(line for line, name in names if name == "arpu")
    data = {f"{line}.name": name for line, name in names}
    data |= {f"{arpu}.state": "locked", f"{arpu}.value": "120", "_why": "Agreed"}
    assert olga.post("/scenarios/subscription/edit", data=data).status_code == 303
    said = words(ana.get("/scenarios/subscription"))
    assert "ARPU locked 120.00 USD" in said
    assert ana.get("/scenarios/subscription?arpu=1").status_code == 403
    assert ana.post("/scenarios/subscription/delete").status_code == 403
    assert olga.post("/scenarios/subscription/delete").status_code == 303


def test_a_saved_value_that_was_locked_since_is_told_to_be_overruled(olga, ana):
    ids = []
    for name, arpu in (("Low", "80"), ("High", "150")):
        form = {"_name": name, "arpu": arpu}
        ids.append(ana.post("/scenarios/subscription/saved", data=form).location)
    shelf = [address.partition("?")[0] for address in ids]
    query = "&".join(f"id={address.rpartition('/')[2]}" for address in shelf)
    assert "counts." not in words(ana.get(f"/scenarios/subscription/compare?{query}"))
    form = olga.get("/scenarios/subscription/edit").text
    names = re.findall(r'name="(p\.\d+)\.name" value="(\w+)"', form)
    data = {f"{line}.name": name for line, name in names}
    arpu = next(line for line, name in names if name == "arpu")
    data |= {f"{arpu}.state": "locked", f"{arpu}.value": "80", "_why": "Agreed"}
    assert olga.post("/scenarios/subscription/edit", data=data).status_code == 303
    said = words(ana.get(f"/scenarios/subscription/compare?{query}"))
    assert "High : ARPU was saved as 150.00 USD and is locked now: 80.00 USD counts." in said
    assert "Low : " not in said
    assert "ARPU was saved as 150.00 USD" in words(ana.get(shelf[1]))
    assert "was saved as" not in words(ana.get(shelf[0]))
    for address in shelf:
        assert ana.post(f"{address}/delete").status_code == 303
    assert olga.post("/scenarios/subscription/delete").status_code == 303


def test_a_model_of_ones_own_begins_from_one_that_one_may_see(ana, ben):
    form = ana.get("/scenarios/-/new?based_on=loan").text
    assert 'name="p.1.name" value="rate"' in form
    for name in ("secret", "nothing"):
        assert ben.get(f"/scenarios/-/new?based_on={name}").status_code == 404
    data = {"_based_on": "loan", "_name": "anas_loan", "_level": "private"}
    data |= {"p.0.name": "rate", "p.0.value": "4%", "p.0.maximum": "0.1", "p.1.name": "months"}
    assert ana.post("/scenarios/-/new", data=data).status_code == 303
    assert "1432.25 USD" in words(ana.get("/scenarios/anas_loan"))
    assert ana.get("/scenarios/anas_loan?rate.percent=11").status_code == 422
    listed = words(ana.get("/scenarios"))
    assert "anas_loan version 1" in listed
    assert ben.get("/scenarios/anas_loan").status_code == 404


def test_pages_of_what_is_secret_are_as_those_of_nothing(ben):
    for tab in (*EVERY_TAB, "/edit", "/versions/1", "/saved/x"):
        told = [ben.get(f"/scenarios/{name}{tab}") for name in ("secret", "nothing")]
        assert {answer.status_code for answer in told} == {404}, tab
        assert told[0].text.replace("secret", "nothing") == told[1].text, tab


def test_another_site_starts_nothing(yard):
    stranger = yard.browser(ANA)
    stranger.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    for address in ("/scenarios/loan/saved", "/scenarios/-/new", "/scenarios/loan/runs"):
        assert stranger.post(address, data=MARGIN).status_code == 403


def test_a_plan_is_held_against_a_dataset(yard, vic):
    root = "/scenarios/subscription/actuals"
    assert "have no counterpart" not in words(vic.get(root))
    chosen = words(vic.get(f"{root}?_dataset=booked"))
    assert "by its column month mrr day" in chosen
    none = vic.get(f"{root}?_dataset=booked&_key=day&_value=mrr")
    assert none.status_code == 422
    assert "no key is on both sides" in words(none)
    some = words(vic.get(f"{root}?_dataset=booked&_key=month&_value=mrr"))
    assert "1 19 500.00 19 000.00 -500.00 -2.6 %" in some
    assert "35 lines of the plan and 1 value of the dataset have no counterpart" in some
    for wrong in ("_key=nothing&_value=mrr", "_key=month&_value=day", "_key=month&_value=x"):
        assert vic.get(f"{root}?_dataset=booked&{wrong}").status_code in {404, 422}
    assert vic.get(f"{root}?_dataset=payroll&_key=a&_value=b").status_code == 404
    assert "payroll" not in words(vic.get(root))


def test_a_trained_model_is_varied(yard, olga, vic, make_page):
    files = Path(starter.__file__).parent / "files" / "models"
    program = yard.program(OLGA, "read", "write", "admin")
    sent = {
        "file": (io.BytesIO((files / "delays.onnx").read_bytes()), "delays.onnx"),
        "sidecar": (io.BytesIO((files / "delays.toml").read_bytes()), "delays.toml"),
    }
    published = program.post("/api/v1/models/delays/versions", data=sent)
    assert published.status_code == 201, published.json
    root = "/models/delays/what-if"
    assert vic.get(root).status_code == vic.get("/models/nothing/what-if").status_code == 404
    typical = olga.get(root)
    assert make_page(typical.text).refused == []
    assert typical.text.count('class="span-bar"') >= 3
    assert "What moves arr_delay" in words(typical)
    late = olga.get(f"{root}?dep_delay=200&_swing=20%25")
    assert "160 min" in words(late)
    assert words(late) != words(typical)
    wrong = olga.get(f"{root}?dep_delay=soon&distance=1e9")
    assert wrong.status_code == 422
    assert "'soon' is not a number." in words(wrong)
    assert olga.get(f"{root}?_swing=lots").status_code == 422
    assert yard.browser().get(root).status_code == 303


def test_a_broken_model_says_what_is_wrong_and_keeps_others_in_use(olga, vic):
    assert "Broken cannot be used" not in words(vic.get("/scenarios"))
    for tab in EVERY_TAB:
        answer = olga.get(f"/scenarios/broken{tab}")
        assert answer.status_code == (200 if tab in {"/access", "/runs", "/versions"} else 422), tab
        assert "<h1" in answer.text
    said = words(vic.get("/scenarios/broken"))
    assert "This model cannot be used" in said
    assert "is no parameter" in said
    assert "is no parameter" in words(vic.get("/scenarios"))
    assert vic.get("/scenarios/house").status_code == 200
