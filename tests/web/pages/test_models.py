"""The pages of models: asking, versions, golden rows, and who may see and do what."""

import html
import io
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("skl2onnx")

from model_yard import (
    IMAGE,
    MARKUP,
    NASTY_SIDECAR,
    SIDECAR,
    Call,
    churn,
    dumped,
    line,
    nasty,
    publish,
    registry_of,
    wide,
)

from modelyard.accounts.actor import LAPTOP, VISITOR
from modelyard.accounts.resource import Resource
from modelyard.web.live import LIVE

LEAVES = "/models/churn?age=43&plan=basic"
PAGES = ("", "/rows", "/versions", "/versions/1", "/golden", "/compare", "/work", "/access")


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    """The model files, trained once."""
    made = {"churn": churn(), "nasty": nasty(), "wide": wide(), "evil": dumped(Call())}
    return made | {f"line {slope}": line(slope) for slope in (2, 3)}


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One store for all tests, so that each file is opened once."""
    return str(tmp_path_factory.mktemp("blobs"))


@pytest.fixture
def yard(make_team: Callable[..., Any], files: dict[str, bytes], kept: str) -> Any:
    """A service with people and two versions of a line; version 1 is the champion."""
    team = make_team(blobs=kept)
    publish(team.app, "line", files["line 2"], note="by two")
    publish(team.app, "line", files["line 3"], note="by three")
    registry_of(team.app).move_alias("line", "champion", "1", by=LAPTOP)
    return team


@pytest.fixture
def olga(yard: Any) -> Any:
    return yard.signed_in("olga@example.com")


@pytest.fixture
def with_churn(yard: Any, files: dict[str, bytes]) -> Any:
    publish(yard.app, "churn", files["churn"], sidecar=SIDECAR)
    return yard


def seen(text: str) -> str:
    """Give what a form on a page has seen."""
    found = re.search(r'name="seen" value="([^"]*)"', text)
    assert found
    return found[1]


def share(team: Any, name: str, level: str, owner: str = "ana@example.com") -> None:
    team.accounts.sharing.set(Resource("model", name), level, [], owner, by=LAPTOP)


def test_a_workspace_without_models_says_what_to_do(make_team, kept):
    team = make_team(blobs=kept)
    for email, may_publish in (("ana@example.com", True), ("vic@example.com", False)):
        page = team.signed_in(email).get("/models")
        assert page.status_code == 200
        assert "into the folder <code>models</code>" in page.text
        assert "modelyard models publish churn churn.joblib" in page.text
        assert ("/models/-/upload" in page.text) == may_publish


def test_the_list_tells_what_is_served_and_what_was_refused(with_churn, files):
    publish(with_churn.app, "line", files["evil"])
    publish(with_churn.app, "evil", files["evil"])
    page = with_churn.signed_in("vic@example.com").get("/models").text
    assert '<a href="/models/churn">Who leaves</a> <code>churn</code>' in page
    assert '<a href="/models/line/versions/1">version 1</a>' in page
    assert "@champion 1" in page
    assert "@latest 2" in page
    assert "Version 3, the newest, is not served: would import" in page
    assert '<span class="tag bad">nothing</span>' in page
    home = with_churn.signed_in("vic@example.com").get("/").text
    assert "3 models" in home
    assert "Whether a customer ends the contract." in home


def test_the_form_is_made_from_the_signature(with_churn):
    page = with_churn.signed_in("ana@example.com").get("/models/churn").text
    assert '<label for="input-1">age <small>years</small></label>' in page
    assert 'name="age" value="43"' in page
    assert "Of the owner · seen 18 to 90, may be empty" in page
    assert '<option value="plus"></option>' in page
    assert "known: basic, plus" in page
    assert 'name="_null" value="plan"' in page


def test_the_answer_stands_on_the_page_and_has_an_address_of_its_own(with_churn):
    ana = with_churn.signed_in("ana@example.com")
    page = ana.get("/models/churn?age=150&plan=basic").text
    assert "Prediction</h2>" in page
    assert re.search(r'<p class="big"[^>]*>true</p>', page)
    assert page.count('class="bar') >= 2
    assert "age: 150 is outside 18 to 90 years." in page
    link = re.search(r'<a href="(/models/churn\?[^"]+)">Link to this answer', page)
    assert link
    again = ana.get(link[1].replace("&amp;", "&"))
    assert re.search(r'<p class="big"[^>]*>true</p>', again.text)
    assert "Asks version 1" in again.text


def test_an_unknown_value_and_a_missing_one_are_answered_where_the_model_takes_them(with_churn):
    ana = with_churn.signed_in("ana@example.com")
    page = ana.get("/models/churn?age=&plan=gold").text
    assert "plan: &#39;gold&#39; was not seen in training." in page
    page = ana.get("/models/churn?age=&plan=&_null=plan").text
    assert "Prediction</h2>" in page
    assert "&#34;plan&#34;: null" in page
    assert "_null=plan" in page


def test_what_is_wrong_stands_beside_its_input(with_churn):
    page = with_churn.signed_in("ana@example.com").get("/models/churn?age=old&plan=basic")
    assert page.status_code == 422
    assert "&#39;old&#39; is not a number." in page.text
    assert 'name="age" value="old"' in page.text
    assert 'class="question wrong"' in page.text
    assert "Prediction</h2>" not in page.text


def test_unknown_parameters_are_named(with_churn):
    answer = with_churn.signed_in("ana@example.com").get("/models/churn?aeg=4")
    assert answer.status_code == 422
    assert "Did you mean &#39;age&#39;?" in answer.text


def test_a_wide_model_is_asked_by_json(yard, files):
    publish(yard.app, "wide", files["wide"])
    ana = yard.signed_in("ana@example.com")
    assert "70 inputs, as one JSON object" in ana.get("/models/wide").text
    record = "{" + ",".join(f'"x{n}": 0' for n in range(70)) + "}"
    answer = ana.post("/models/wide", data={"_json": record})
    assert answer.status_code == 200
    assert "Prediction</h2>" in answer.text
    for wrong, words in (("{", "is not JSON"), ("[]", "no JSON object"), ('{"x0": 1}', "missing")):
        answer = ana.post("/models/wide", data={"_json": wrong})
        assert answer.status_code == 422
        assert words in answer.text


def test_rows_from_a_sheet_come_back_with_answers(with_churn):
    ana = with_churn.signed_in("ana@example.com")
    assert "age\tplan\n43\tbasic" in ana.get("/models/churn/rows").text
    pasted = "name\tage\tplan\nAnna\t33,5\tbasic\n=1+1\t\tplus\nBen\t150\tgold\n"
    page = ana.post("/models/churn/rows", data={"rows": pasted}).text
    assert "3 answers" in page
    assert "line 4, age: 150 is outside 18 to 90." in page
    assert re.search(r"\nAnna\t33,5\tbasic\ttrue\t0,\d+\t0,\d+\n&#39;=1\+1\t\tplus\tfalse", page)
    semicolons = ana.post("/models/churn/rows", data={"rows": "age;plan\n20;basic\n"}).text
    assert "1 answer<" in semicolons


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", "are missing"),
        ("age\tplan", "there are names alone"),
        ("age\tage\n1\t2", "the same name above two columns"),
        ("age\tplan\n1\tbasic\t3", "line 2: has 3 cells under 2 names"),
        ("age\tplan\n1\tbasic\nold\tbasic", "line 3, age: &#39;old&#39; is not a number."),
        ("plan\nbasic", "age: is missing."),
        ("age\tplan\n" + "1\tbasic\n" * 2001, "are more than 2,000"),
    ],
)
def test_rows_that_cannot_be_are_told_by_line(with_churn, rows, words):
    answer = with_churn.signed_in("ana@example.com").post("/models/churn/rows", data={"rows": rows})
    assert answer.status_code == 422
    assert words in answer.text


def test_lines_to_copy_have_the_right_address(make_team, files, kept):
    team = make_team(blobs=kept, public_url="https://yard.example.org")
    publish(team.app, "line", files["line 2"])
    vic = team.signed_in("vic@example.com")
    page = vic.get("/models/line?x0=4").text
    address = "https://yard.example.org/api/v1/models/line/predict"
    assert page.count(address) >= 4
    assert "Authorization: Bearer TOKEN" in page
    assert "Excel.CurrentWorkbook()" in page
    assert "https://yard.example.org/v2/models/line/infer" in page
    assert "https://yard.example.org/v1/models/line:predict" in page
    share(team, "line", "public")
    assert "Authorization" not in vic.get("/models/line?x0=4").text


def test_the_line_for_a_terminal_gives_the_answer_of_the_page(make_team, files, kept):
    team = make_team(blobs=kept)
    publish(team.app, "churn", files["churn"], sidecar=SIDECAR)
    share(team, "churn", "public")
    page = html.unescape(team.browser().get("/models/churn?age=150&plan=gold").text)
    found = re.search(r"curl 'http://localhost(/[^']+)' \\\n  --json '([^']+)'", page)
    assert found
    answer = team.browser().post(found[1], data=found[2].encode(), content_type="application/json")
    assert f">{str(answer.json['predictions'][0]).lower()}</p>" in page
    assert [flag["field"] for flag in answer.json["flags"]] == ["age", "plan"]


def test_a_version_tells_what_it_is_and_how_it_is_served(with_churn):
    vic = with_churn.signed_in("vic@example.com")
    page = vic.get("/models/churn/versions/1").text
    for words in (
        "Converted to ONNX",
        "<li>ColumnTransformer</li>",
        "the same answers on 400 rows",
        "Of the owner",
        "number, years",
        "scikit-learn",
        "sklearn.pipeline.Pipeline",
    ):
        assert words in page, words
    assert "Promote to @champion" not in page
    assert "To promote it: The role &#39;viewer&#39; is not allowed to change it." in page


def test_a_refused_version_says_why_and_is_not_promoted(yard, olga, files):
    publish(yard.app, "line", files["evil"])
    page = olga.get("/models/line/versions/3").text
    assert "It was refused, and is served to nobody" in page
    assert "would import" in page
    assert "I know this file" in page
    assert "Promote" not in page
    moved = olga.post("/models/line/alias", data={"alias": "champion", "version": "3"})
    assert moved.status_code == 409
    publish(yard.app, "evil", files["evil"])
    asked = olga.get("/models/evil")
    assert asked.status_code == 200
    assert "Version 1 was refused" in asked.text
    trusted = olga.post("/models/evil/versions/1/trust", data={"module": "posix"})
    assert trusted.status_code == 409
    assert "can never be trusted" in trusted.text
    ana = yard.signed_in("ana@example.com")
    assert "I know this file" not in ana.get("/models/line/versions/3").text
    assert ana.post("/models/evil/versions/1/trust", data={"module": "x"}).status_code == 403


def test_a_version_is_promoted_and_rolled_back(yard):
    ana = yard.signed_in("ana@example.com")
    page = ana.get("/models/line/versions/2").text
    form = {"alias": "champion", "version": "2", "seen": seen(page)}
    answer = ana.post("/models/line/alias", data=form)
    assert answer.location == "/models/line/versions/2?done=moved"
    assert "9<" in ana.get("/models/line?x0=3").text
    page = ana.get("/models/line/versions").text
    assert "Roll back to version 1" in page
    answer = ana.post("/models/line/rollback", data={"seen": seen(page)})
    assert answer.location == "/models/line/versions?done=back"
    assert ">6<" in ana.get("/models/line?x0=3").text


def test_a_stale_form_is_told_who_moved_the_name_and_nothing_happens(yard, olga):
    ana = yard.signed_in("ana@example.com")
    old = ana.get("/models/line/versions/1").text
    registry, by = registry_of(yard.app), yard.user("olga@example.com").as_actor()
    registry.move_alias("line", "champion", "2", by=by)
    form = {"alias": "champion", "version": "1", "seen": seen(old)}
    answer = ana.post("/models/line/alias", data=form)
    assert answer.status_code == 412
    assert "olga@example.com moved @champion to version 2 since" in answer.text
    assert registry.get_version("line").number == 2
    back = ana.get("/models/line/versions").text
    for number in ("1", "2"):
        registry.move_alias("line", "champion", number, by=by)
    answer = ana.post("/models/line/rollback", data={"seen": seen(back)})
    assert answer.status_code == 412
    assert registry.get_version("line").number == 2
    again = seen(answer.text)
    assert ana.post("/models/line/rollback", data={"seen": again}).status_code == 303


def test_names_of_ones_own_point_and_are_taken_away(yard, olga):
    page = olga.get("/models/line/versions/2").text
    form = {"other": "winter", "version": "2", "seen": seen(page)}
    assert olga.post("/models/line/alias", data=form).status_code == 303
    page = olga.get("/models/line/versions/2").text
    assert "Take @winter away" in page
    form = {"alias": "winter", "version": "2", "seen": seen(page)}
    assert olga.post("/models/line/alias/drop", data=form).status_code == 303
    assert "@winter" not in olga.get("/models/line/versions/2").text
    wrong = {"other": "Not A Name", "version": "2", "seen": ""}
    answer = olga.post("/models/line/alias", data=wrong)
    assert answer.status_code == 422
    assert "is made of small letters" in answer.text


def test_golden_rows_keep_a_version_from_being_promoted(yard, olga):
    page = olga.get("/models/line/golden").text
    rows = {"rows": '{"x0": 1}\n{"x0": 0}', "version": "1", "seen": seen(page)}
    assert olga.post("/models/line/golden", data=rows).status_code == 303
    page = olga.get("/models/line/golden").text
    assert "2 golden rows" in page
    assert "all hold for version 1" in page
    assert "1 broken by version 2" in olga.get("/models/line/golden?version=2").text
    version = olga.get("/models/line/versions/2").text
    form = {"alias": "champion", "version": "2", "seen": seen(version)}
    answer = olga.post("/models/line/alias", data=form)
    assert answer.status_code == 409
    assert "golden row 1: 2 is expected and 3 predicted" in answer.text
    assert "1 of 2 golden rows does not hold" in answer.text
    assert '<span class="tag bad">broken</span>' in answer.text
    assert registry_of(yard.app).get_version("line").number == 1


def test_an_answer_becomes_a_golden_row_beside_the_others(yard, olga):
    add = {"record": '{"x0": 5}', "version": "1"}
    assert olga.post("/models/line/golden/add", data=add).status_code == 303
    twice = olga.post("/models/line/golden/add", data=add)
    assert twice.status_code == 409
    other = {"record": '{"x0": 7}', "version": "2"}
    assert olga.post("/models/line/golden/add", data=other).status_code == 303
    golden = registry_of(yard.app).find_golden("line")
    assert [round(row.expected, 3) for row in golden.rows] == [10, 21]
    stale = olga.post("/models/line/golden/drop", data={"seen": ""})
    assert stale.status_code == 409
    page = olga.get("/models/line/golden").text
    assert olga.post("/models/line/golden/drop", data={"seen": seen(page)}).status_code == 303
    assert registry_of(yard.app).find_golden("line") is None


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", "are missing"),
        ('{"x0": 1}\n{"x0"', "rows, line 2"),
        ("[1, 2]", "no JSON objects"),
        ('{"x00": 1}', "Did you mean &#39;x0&#39;?"),
    ],
)
def test_golden_rows_that_cannot_be_are_named_and_stay_in_the_form(yard, olga, rows, words):
    answer = olga.post("/models/line/golden", data={"rows": rows, "seen": ""})
    assert answer.status_code == 422
    assert words in answer.text


def test_a_version_is_removed_unless_a_name_points_to_it(yard, olga):
    refused = olga.post("/models/line/versions/2/delete")
    assert refused.status_code == 409
    assert "an alias points to it" in refused.text
    registry_of(yard.app).move_alias("line", "latest", "1", by=LAPTOP)
    assert olga.post("/models/line/versions/2/delete").status_code == 303
    assert olga.get("/models/line/versions/2").status_code == 404
    wrong = olga.post("/models/line/delete", data={"name": "lime"})
    assert wrong.status_code == 409
    gone = olga.post("/models/line/delete", data={"name": "line"})
    assert gone.location == "/models?done=deleted"
    assert olga.get("/models/line").status_code == 404


def upload(
    browser: Any, name: str, content: bytes, file_name: str = "a.joblib", **more: Any
) -> Any:
    form = {"note": "", "sidecar": (io.BytesIO(b""), ""), **more}
    form["file"] = (io.BytesIO(content), file_name)
    return browser.post(f"/models/{name}/versions", data=form, content_type="multipart/form-data")


def test_a_file_is_uploaded_under_a_new_name_and_is_its_owners(yard, files):
    ana = yard.signed_in("ana@example.com")
    assert "What is it called?" in ana.get("/models/-/upload").text
    page = ana.get("/models/-/upload?name=fresh").text
    assert "<b>fresh</b> is free" in page
    assert 'action="/models/fresh/versions"' in page
    answer = upload(ana, "fresh", files["line 2"], note="from a form")
    assert answer.location == "/models/fresh/versions/1?done=published"
    assert "from a form" in ana.get(answer.location).text
    assert yard.signed_in("vic@example.com").get("/models/fresh").status_code == 404
    taken = yard.signed_in("olga@example.com").get("/models/-/upload?name=fresh")
    assert taken.status_code == 409
    assert "is not a name under which you can publish." in taken.text


def test_a_version_is_uploaded_with_its_sidecar(yard, olga, files):
    sidecar = (io.BytesIO(b'names = ["metres"]'), "line.toml")
    answer = upload(olga, "line", files["line 2"], sidecar=sidecar)
    assert answer.location == "/models/line/versions/3?done=published"
    assert "metres" in olga.get("/models/line/versions/3").text
    assert upload(olga, "line", files["line 3"]).location.endswith("/2?done=again")
    assert upload(olga, "line", files["evil"]).location.endswith("/4?done=refused")


@pytest.mark.parametrize(
    ("file_name", "content", "words"),
    [
        ("a.exe", b"x", "is no model file"),
        ("../a.joblib", b"x", "is no plain file name"),
        ("a.joblib", b"", "is empty"),
        ("", b"", "file name"),
    ],
)
def test_files_that_cannot_be_are_refused_in_words(yard, olga, file_name, content, words):
    answer = upload(olga, "line", content, file_name)
    assert answer.status_code == 422
    assert words in answer.text


def test_two_versions_stand_beside_each_other(yard, olga):
    registry_of(yard.app).record_golden("line", [{"x0": 4}], by=LAPTOP)
    page = olga.get("/models/line/compare?one=1&other=2").text
    assert "by two" in page
    assert "by three" in page
    assert "None: both take the same." in page
    assert re.search(r"golden 1</th>.*>8<.*8.*12 <span class=\"tag bad\">broken", page, re.DOTALL)
    assert olga.get("/models/line/compare?one=1&other=9").status_code == 404


def test_a_dataset_is_scored_from_the_page(yard, olga):
    page = olga.get("/models/line/work").text
    assert '<option value="flights">' in page
    form = {"kind": "score", "model": "line", "version": "", "dataset": "flights", "keep": ""}
    answer = olga.post("/runs", data=form)
    assert answer.status_code == 303
    run = olga.get(answer.location).text
    assert 'model <a href="/models/line/work">line</a>' in run
    assert "Predictions of line (version 1)" in olga.get("/models/line/work").text
    viewer = yard.signed_in("vic@example.com").get("/models/line/work").text
    assert "is not allowed to start work on it" in viewer


def test_runs_that_take_a_model_are_started_where_one_is_named(yard, olga):
    page = olga.get("/runs").text
    offered = page[page.index('aria-labelledby="start"') :]
    assert '<option value="outliers"' in offered
    assert not re.search(r'<option value="(score|train)"', offered)
    page = olga.get("/datasets/flights/runs").text
    assert '<option value="score">' not in page
    assert "<option>line</option>" in page
    form = {"kind": "score", "dataset": "flights", "model": "line"}
    assert olga.post("/runs", data=form).status_code == 303


def test_who_may_only_look_has_no_buttons_and_is_told_why(yard):
    vic = yard.signed_in("vic@example.com")
    for path in ("/versions", "/versions/2", "/golden"):
        page = vic.get(f"/models/line{path}").text
        assert "The role &#39;viewer&#39; is not allowed to change it." in page, path
        assert 'method="post" action="/models' not in page, path
    for path, form in DEEDS:
        assert vic.post(f"/models/line{path}", data=form).status_code == 403, path
    assert upload(vic, "line", b"x").status_code == 403
    assert upload(vic, "new", b"x").status_code == 403
    assert vic.get("/models/-/upload").status_code == 403


def test_who_may_not_start_work_sees_the_forms_and_is_refused_predictions(yard):
    vic, ana = (yard.signed_in(f"{one}@example.com") for one in ("vic", "ana"))
    asked = (
        ("get", "/models/line?x0=3", {}),
        ("post", "/models/line", {"data": {"x0": "3"}}),
        ("post", "/models/line/rows", {"data": {"rows": "x0\n3\n"}}),
        ("get", "/models/line/what-if?x0=3", {}),
    )
    for method, address, given in asked:
        page = getattr(vic, method)(address, **given)
        assert page.status_code == 403, address
        assert "is not allowed to start work on it" in page.text, address
        assert ">6<" not in page.text, address
        assert "<button>Predict" not in page.text, address
        form = vic.get(address.partition("?")[0])
        assert form.status_code == 200, address
        assert "To ask it: The role" in form.text, address
        assert ">6<" not in form.text, address
        answered = getattr(ana, method)(address, **given)
        assert (answered.status_code, ">6<" in answered.text) == (200, True), address
    reader = {"headers": yard.token("ana@example.com", "read")}
    assert yard.browser().get("/models/line?x0=3", **reader).status_code == 403
    share(yard, "line", "public")
    assert ">6<" in vic.get("/models/line?x0=3").text
    assert ">6<" in yard.browser().get("/models/line/what-if?x0=3").text


def test_another_persons_model_has_no_buttons_and_says_whose_right_it_is(yard):
    share(yard, "line", "signed-in", "olga@example.com")
    ana = yard.signed_in("ana@example.com")
    for path in ("/versions", "/versions/2", "/golden"):
        page = ana.get(f"/models/line{path}").text
        assert "Only its owner, and owners of the service, change this model." in page, path
        assert 'method="post" action="/models' not in page, path
    for path, form in DEEDS:
        assert ana.post(f"/models/line{path}", data=form).status_code == 403, path
    assert upload(ana, "line", b"x").status_code == 403
    share(yard, "line", "signed-in", "ana@example.com")
    assert "Upload a version" in ana.get("/models/line/versions").text
    assert 'action="/models/line/versions"' in ana.get("/models/line/versions").text


DEEDS: list[tuple[str, dict[str, str]]] = [
    ("/alias", {"alias": "champion", "version": "2"}),
    ("/alias/drop", {"alias": "champion", "version": "1"}),
    ("/rollback", {}),
    ("/golden", {"rows": '{"x0": 1}'}),
    ("/golden/add", {"record": '{"x0": 1}'}),
    ("/golden/drop", {}),
    ("/versions/1/delete", {}),
    ("/versions/1/trust", {"module": "x"}),
    ("/delete", {"name": "line"}),
]


def test_a_secret_model_answers_as_one_that_is_not_there(yard, files):
    publish(yard.app, "ledger", files["line 2"])
    share(yard, "ledger", "private")
    vic = yard.signed_in("vic@example.com")
    for path in PAGES:
        secret, absent = (vic.get(f"/models/{name}{path}") for name in ("ledger", "nowhere"))
        assert (secret.status_code, absent.status_code) == (404, 404), path
        assert secret.text.replace("ledger", "nowhere") == absent.text, path
    for path, form in DEEDS:
        if "trust" not in path:
            secret, absent = (
                vic.post(f"/models/{name}{path}", data=form) for name in ("ledger", "nowhere")
            )
            assert secret.status_code == absent.status_code == 404, path
            assert secret.text.replace("ledger", "nowhere") == absent.text, path
    for path in ("/models", "/"):
        assert "ledger" not in vic.get(path).text
    assert "ledger" in yard.signed_in("ana@example.com").get("/models").text


def test_an_owner_of_the_service_sees_to_what_is_private_without_looking_into_it(yard, files):
    publish(yard.app, "ledger", files["line 2"], sidecar='title = "Secret title"\n')
    share(yard, "ledger", "private")
    olga = yard.signed_in("olga@example.com")
    assert 'href="/models/ledger/access"' in olga.get("/people").text
    page = olga.get("/models/ledger/access")
    assert page.status_code == 200
    assert "You may not look into it" in page.text
    assert "Secret title" not in page.text
    assert "version 1" not in page.text
    assert olga.get("/models/ledger").status_code == 404
    form = {"level": "signed-in", "people": "", "owner": "ana@example.com"}
    assert olga.post("/models/ledger/access", data=form).status_code == 303
    assert olga.get("/models/ledger").status_code == 200


def test_a_public_model_is_asked_by_anybody_and_names_nobody(yard):
    registry = registry_of(yard.app)
    registry.move_alias("line", "champion", "2", by=yard.user("ana@example.com").as_actor())
    share(yard, "line", "public")
    nobody = yard.browser()
    assert ">9<" in nobody.get("/models/line?x0=3").text
    for path in PAGES:
        page = nobody.get(f"/models/line{path}")
        assert page.status_code == 200, path
        assert "ana@example.com" not in page.text, path
    for path, form in DEEDS:
        answer = nobody.post(f"/models/line{path}", data=form)
        assert answer.status_code == 303, path
        assert answer.location.startswith("/sign-in"), path


def test_a_token_for_another_model_sees_nothing(yard, files):
    publish(yard.app, "other", files["line 2"])
    only = Resource("model", "other")
    header = yard.token("ana@example.com", "read", "write", only=only)
    client = yard.app.test_client()
    assert client.get("/models/other", headers=header).status_code == 200
    assert client.get("/models/line", headers=header).status_code == 404
    assert "line" not in client.get("/models", headers=header).text.split("<main")[1]


def test_forms_of_other_sites_change_nothing(yard, olga):
    for path, form in DEEDS:
        for header in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
            answer = olga.post(f"/models/line{path}", data=form, headers=header)
            assert answer.status_code == 403, path
    answer = olga.post("/models/line/versions", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert registry_of(yard.app).get_version("line").number == 1


@pytest.fixture
def hostile(yard: Any, files: dict[str, bytes]) -> Iterator[Any]:
    """A model full of markup, with golden rows and a version that was refused."""
    publish(yard.app, "bad", files["nasty"], sidecar=NASTY_SIDECAR, note=MARKUP + IMAGE)
    publish(yard.app, "bad", files["line 2"], note=MARKUP, sidecar=f"{MARKUP} = 1")
    publish(yard.app, "bad", files["nasty"], note=MARKUP)
    registry = registry_of(yard.app)
    registry.move_alias("bad", "champion", "1", by=LAPTOP)
    registry.record_golden("bad", [{MARKUP: 3.0}], by=VISITOR)
    yield yard


def test_markup_in_what_a_model_says_stays_text(hostile, make_page):
    olga = hostile.signed_in("olga@example.com")
    asked = urlencode({MARKUP: IMAGE})
    paths = [*PAGES, "/versions/2", "/versions/3", f"?{urlencode({MARKUP: 12})}", f"?{asked}"]
    for path in ["/", "/models", *(f"/models/bad{path}" for path in paths)]:
        answer = olga.get(path)
        assert not re.search(r"<script>|<img src=x", answer.text), path
        page = make_page(answer.text)
        assert page.refused == [], path
        assert len(page.ids) == len(set(page.ids)), path
        assert page.tags.count("h1") == 1, path
    for path, form in (
        ("/alias", {"other": MARKUP, "version": "1"}),
        ("/golden", {"rows": f'{{"{MARKUP}": "{MARKUP}"}}', "seen": ""}),
        ("/golden", {"rows": MARKUP, "seen": MARKUP}),
        ("/versions/1/trust", {"module": MARKUP}),
        ("/delete", {"name": MARKUP}),
    ):
        answer = olga.post(f"/models/bad{path}", data=form)
        assert answer.status_code in {404, 409, 422}, path
        assert not re.search(r"<script>|<img src=x", answer.text), path


@pytest.mark.parametrize("name", ["%3Cscript%3E", "..%2Fetc", "a%00b", "%FF", "x" * 300, "-"])
def test_names_that_cannot_be_are_no_models(olga, name):
    for path in PAGES:
        answer = olga.get(f"/models/{name}{path}")
        assert answer.status_code == 404, path
        assert "<script>" not in answer.text


def test_versions_that_cannot_be_are_told_in_words(olga):
    for selector in ("9", "0", "x" * 300, "-1", "%3Cb%3E", "@none"):
        assert olga.get(f"/models/line/versions/{selector}").status_code in {404, 422}
        assert olga.get(f"/models/line?x0=1&_version={selector}").status_code in {404, 422}


def test_the_pages_of_models_name_no_file_of_the_machine(yard, olga):
    root = str(yard.app.extensions[LIVE].services.workspace.root.parent)
    vic = yard.signed_in("vic@example.com")
    for path in PAGES:
        assert root not in vic.get(f"/models/line{path}").text, path
