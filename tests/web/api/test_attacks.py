"""What somebody who means harm, or has bad luck, may try on the service."""

import hashlib
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from flask.testing import FlaskClient

ROOT = "/api/v1/datasets"
Make = Callable[..., FlaskClient]


@pytest.mark.parametrize("number", ["1e999999", "-1e9999999", "1e-9999999", "9" * 900, "1e400"])
@pytest.mark.parametrize("column", ["delay", "price"])
def test_a_short_text_for_a_gigantic_number_costs_nothing(
    folder: Path, make_client: Make, column: str, number: str
) -> None:
    price = pl.Series(["1.5", "2.5"]).cast(pl.Decimal(10, 2))
    table = pl.DataFrame({"delay": [1, 2], "price": price})
    table.write_parquet(folder / "datasets" / "numbers.parquet")
    client = make_client(folder)
    client.get(f"{ROOT}/numbers/rows")
    started = time.process_time()
    assert client.get(f"{ROOT}/numbers/rows?filter={column}:gt:{number}").status_code in {200, 422}
    assert time.process_time() - started < 2


def test_an_overlong_value_is_refused(client: FlaskClient) -> None:
    answer = client.get(f"{ROOT}/flights/rows?filter=delay:gt:{'1' * 5000}")
    assert answer.status_code == 422
    assert "1,000 characters" in answer.json["detail"]


def test_places_for_work_are_given_back_when_the_state_folder_vanishes(
    folder: Path, make_client: Make, tmp_path: Path
) -> None:
    client = make_client(folder, computations=1)
    client.get(f"{ROOT}/flights/outliers?detector=ecod&seed=1&wait=0")
    shutil.rmtree(tmp_path / "state" / "runs")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if client.get(f"{ROOT}/flights/statistics?wait=1").status_code == 200:
            return
    raise AssertionError("no work was done any more")


def test_a_state_folder_that_cannot_be_written_is_503(
    folder: Path, make_client: Make, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "runs").write_text("in the way")
    answer = make_client(folder).get(f"{ROOT}/flights/statistics")
    assert answer.status_code == 503
    assert "state folder" in answer.json["cure"]


def test_two_readings_of_one_file_are_not_mixed_up(folder: Path, make_client: Make) -> None:
    part = folder / "datasets" / "hive" / "year=2024"
    part.mkdir(parents=True)
    (part / "part-0.csv").write_text("a\n1\n")
    with (folder / "modelyard.toml").open("a") as file:
        file.write('[datasets.whole]\nsource = "datasets/hive"\nformat = "csv"\n')
        file.write('[datasets.alone]\nsource = "datasets/hive/year=2024/part-0.csv"\n')
    client = make_client(folder)
    columns = {
        name: [column["name"] for column in client.get(f"{ROOT}/{name}").json["columns"]]
        for name in ("whole", "alone")
    }
    assert columns == {"whole": ["a", "year"], "alone": ["a"]}


def test_twins_of_one_file_answer_under_their_own_names(folder: Path, make_client: Make) -> None:
    with (folder / "modelyard.toml").open("a") as file:
        file.write('[datasets.twin]\nsource = "datasets/flights.csv"\n')
    client = make_client(folder)
    for name in ("flights", "twin"):
        assert client.get(f"{ROOT}/{name}/statistics").json["dataset"] == name
        assert client.get(f"{ROOT}/{name}/benchmark?repeats=1").json["dataset"] == name


def test_a_list_does_not_wait_for_remote_stores(folder: Path, make_client: Make) -> None:
    with (folder / "modelyard.toml").open("a") as file:
        file.write('[datasets.far]\nsource = "http://127.0.0.1:9/far.parquet"\n')
    entries = make_client(folder).get(ROOT).json["datasets"]
    assert next(entry for entry in entries if entry["name"] == "far")["state"] == "remote"


def test_more_cells_than_memory_may_hold_are_refused(folder: Path, make_client: Make) -> None:
    wide = pl.select(pl.repeat(True, 250_000).alias(f"c{n}") for n in range(100))
    wide.write_parquet(folder / "datasets" / "wide.parquet")
    answer = make_client(folder).get(f"{ROOT}/wide/rows?format=csv&size=1000000")
    assert answer.status_code == 422
    assert "200,000 rows at a time" in answer.json["cure"]


def test_a_small_wide_table_is_given_whole_by_the_pages_link(
    folder: Path, make_client: Make
) -> None:
    pl.DataFrame({f"c{n}": [n] for n in range(100)}).write_parquet(
        folder / "datasets" / "wide.parquet"
    )
    answer = make_client(folder).get(f"{ROOT}/wide/rows?format=csv&size=1000000")
    assert len(answer.get_data(as_text=True).splitlines()) == 2


def test_lists_leave_as_csv_too(folder: Path, make_client: Make) -> None:
    pl.DataFrame({"list": [[1, 2]]}).write_parquet(folder / "datasets" / "nested.parquet")
    answer = make_client(folder).get(f"{ROOT}/nested/rows?format=csv")
    assert answer.get_data(as_text=True) == 'list\n"[1, 2]"\n'


def test_bytes_in_lists_are_a_problem_in_words(folder: Path, make_client: Make) -> None:
    pl.DataFrame({"deep": [[b"\x00"]]}).write_parquet(folder / "datasets" / "deep.parquet")
    answer = make_client(folder).get(f"{ROOT}/deep/rows")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_an_etag_never_names_other_rows(folder: Path, make_client: Make) -> None:
    path = folder / "datasets" / "moving.parquet"
    pl.DataFrame({"a": [0]}).write_parquet(path)
    client = make_client(folder)
    stop = threading.Event()

    def replace() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            fresh = path.with_suffix(".new")
            pl.DataFrame({"a": [number]}).write_parquet(fresh)
            fresh.replace(path)
            time.sleep(0.01)

    thread = threading.Thread(target=replace)
    thread.start()
    seen: dict[str, set[str]] = {}
    try:
        for _ in range(60):
            answer = client.get(f"{ROOT}/moving/rows")
            if answer.status_code == 200:
                content = hashlib.sha256(answer.data).hexdigest()
                seen.setdefault(answer.headers.get("ETag", content), set()).add(content)
    finally:
        stop.set()
        thread.join()
    assert seen
    assert all(len(contents) == 1 for contents in seen.values())


def test_a_new_title_is_a_new_answer(folder: Path, make_client: Make) -> None:
    before = make_client(folder).get(f"{ROOT}/flights").headers["ETag"]
    toml = folder / "modelyard.toml"
    toml.write_text(toml.read_text().replace('"Flights"', '"Journeys"'))
    answer = make_client(folder).get(f"{ROOT}/flights", headers={"If-None-Match": before})
    assert answer.json["title"] == "Journeys"


def test_a_weak_etag_of_a_proxy_is_understood(client: FlaskClient) -> None:
    tag = client.get(f"{ROOT}/flights").headers["ETag"]
    assert client.get(f"{ROOT}/flights", headers={"If-None-Match": f"W/{tag}"}).status_code == 304


def test_an_unknown_detector_starts_no_process(client: FlaskClient, tmp_path: Path) -> None:
    assert client.get(f"{ROOT}/flights/outliers?detector=nonsense").status_code == 422
    assert not list((tmp_path / "state").glob("runs/outliers*"))


def test_another_site_may_link_but_not_ask_in_the_background(client: FlaskClient) -> None:
    image = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    own = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    assert client.get("/benchmark", headers=image).status_code == 403
    assert client.get("/", headers=link).status_code == 200
    assert client.get(f"{ROOT}/flights", headers=own).status_code == 200


def test_a_folder_that_was_moved_away_shows_no_path(
    folder: Path, make_client: Make, tmp_path: Path
) -> None:
    client = make_client(folder)
    folder.rename(tmp_path / "moved")
    time.sleep(1.1)
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert "no such folder" in answer.json["warning"]
    assert str(tmp_path) not in answer.get_data(as_text=True)


def test_a_toml_that_links_to_itself_leaves_the_service_as_it_was(
    client: FlaskClient, folder: Path
) -> None:
    toml = folder / "modelyard.toml"
    toml.unlink()
    toml.symlink_to(toml)
    time.sleep(1.1)
    assert client.get(f"{ROOT}/flights").status_code == 200
    assert "modelyard.toml" in client.get("/health/ready").json["warning"]
