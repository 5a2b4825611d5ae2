"""The REST API of datasets, as a program sees it."""

import io
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import polars as pl
from flask.testing import FlaskClient

ROOT = "/api/v1/datasets"


def test_the_list_has_every_dataset_and_the_fault_of_each_broken_one(client: FlaskClient) -> None:
    answer = client.get(ROOT).json
    known = {entry["name"]: entry for entry in answer["datasets"]}
    assert answer["default"] == "flights"
    assert known["flights"]["rows"] == 84
    assert known["big"]["columns"] == 2
    assert "Parquet" in known["broken"]["fault"]["cure"] or known["broken"]["fault"]["why"]
    assert "not there" in known["gone"]["fault"]["why"]


def test_one_dataset_tells_its_columns_and_where_to_go_on(client: FlaskClient) -> None:
    answer = client.get(f"{ROOT}/flights").json
    assert [column["name"] for column in answer["columns"]] == ["carrier", "delay", "day", "even"]
    assert answer["links"]["statistics"] == f"{ROOT}/flights/statistics"
    assert len(answer["fingerprint"]) == 32


def test_statistics_are_right_and_name_the_dataset(client: FlaskClient) -> None:
    answer = client.get(f"{ROOT}/flights/statistics").json
    carrier, delay, day, even = answer["columns"]
    assert (answer["dataset"], answer["rows"], answer["exact"]) == ("flights", 84, True)
    assert carrier["nulls"] == 28
    assert carrier["top"][0]["count"] == 28
    assert delay["max"] == 500
    assert (day["min"], day["max"]) == ("2024-01-01", "2024-01-28")
    assert even["true_share"] == 0.5


def test_identifiers_and_their_sums_stay_exact(client: FlaskClient) -> None:
    answer = client.get(f"{ROOT}/big/statistics")
    identifier = msgspec.json.decode(answer.data)["columns"][0]
    assert identifier["min"] == 9007199254740993
    assert b"9232379236109516800" in answer.data
    rows = client.get(f"{ROOT}/big/rows").json["rows"]
    assert rows[0]["id"] == 9007199254740993


def test_the_same_question_again_is_304_until_the_file_changes(
    client: FlaskClient, folder: Path
) -> None:
    first = client.get(f"{ROOT}/flights/statistics")
    again = client.get(
        f"{ROOT}/flights/statistics", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    with (folder / "datasets" / "flights.csv").open("a") as file:
        file.write("AA,1,2024-02-01,true\n")
    changed = client.get(
        f"{ROOT}/flights/statistics", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert changed.status_code == 200
    assert changed.json["rows"] == 85


def test_rows_are_filtered_sorted_and_paged(client: FlaskClient) -> None:
    answer = client.get(
        f"{ROOT}/flights/rows?filter=delay:ge:10&filter=carrier:eq:DL&sort=-delay&size=2&page=2"
    ).json
    assert answer["matching"] > 4
    assert answer["page"] == 2
    delays = [row["delay"] for row in answer["rows"]]
    assert delays == sorted(delays, reverse=True)
    assert all(row["carrier"] == "DL" for row in answer["rows"])


def test_rows_come_in_the_format_that_the_caller_accepts(client: FlaskClient) -> None:
    def read(accept: str) -> bytes:
        return client.get(f"{ROOT}/flights/rows?size=5", headers={"Accept": accept}).data

    frames = [
        pl.read_csv(io.BytesIO(read("text/csv")), try_parse_dates=True),
        pl.read_parquet(io.BytesIO(read("application/vnd.apache.parquet"))),
        pl.read_ipc_stream(io.BytesIO(read("application/vnd.apache.arrow.stream"))),
    ]
    assert all(frame.shape == (5, 4) for frame in frames)
    assert frames[0].equals(frames[1])
    assert frames[1].equals(frames[2])


def test_the_threshold_moves_without_a_new_fit(client: FlaskClient) -> None:
    low = client.get(f"{ROOT}/flights/outliers?detector=ecod&threshold=50").json
    high = client.get(f"{ROOT}/flights/outliers?detector=ecod&threshold=99").json
    assert low["flagged"] > high["flagged"] >= 1
    assert low["curve"] == high["curve"]
    worst = high["worst"][0]
    assert worst["values"]["delay"] == 500
    assert worst["reasons"][0]["column"] == "delay"


def test_the_score_of_every_row_comes_as_a_file(client: FlaskClient) -> None:
    answer = client.get(f"{ROOT}/flights/outliers?detector=ecod&format=csv&threshold=90")
    table = pl.read_csv(io.BytesIO(answer.data))
    assert table.columns == ["row", "score", "percentile", "flagged"]
    assert len(table) == 84
    assert (
        table["flagged"].sum()
        == client.get(f"{ROOT}/flights/outliers?detector=ecod&threshold=90").json["flagged"]
    )


def test_scores_that_the_cache_dropped_are_made_again(client: FlaskClient, tmp_path: Path) -> None:
    address = f"{ROOT}/flights/outliers?detector=ecod&format=csv"
    first = client.get(address).data
    for path in (tmp_path / "state" / "cache").glob("*.npy"):
        path.unlink()
    assert client.get(address).data == first


def test_a_question_that_takes_longer_is_202_and_answered_later(client: FlaskClient) -> None:
    address = f"{ROOT}/flights/correlation?wait=0"
    first = client.get(address)
    assert first.status_code == 202
    assert first.headers["Retry-After"] == "1"
    assert first.json["state"] == "running"
    deadline = time.monotonic() + 30
    while client.get(address).status_code == 202 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert client.get(address).json["columns"] == ["delay", "even"]


def test_the_short_addresses_answer_for_the_default_dataset(client: FlaskClient) -> None:
    assert client.get("/stats").json["dataset"] == "flights"
    assert client.get("/outliers?detector=copod").json["dataset"] == "flights"


def test_a_new_file_is_served_without_a_restart(client: FlaskClient, folder: Path) -> None:
    assert client.get(f"{ROOT}/later").status_code == 404
    (folder / "datasets" / "later.csv").write_text("a\n1\n")
    deadline = time.monotonic() + 10
    while client.get(f"{ROOT}/later").status_code == 404 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert client.get(f"{ROOT}/later").json["rows"] == 1


def test_a_broken_modelyard_toml_leaves_the_running_service_as_it_was(
    client: FlaskClient, folder: Path
) -> None:
    (folder / "modelyard.toml").write_text("[workspace\n")
    time.sleep(1.1)
    assert client.get(f"{ROOT}/flights").status_code == 200
    assert "modelyard.toml" in client.get("/health/ready").json["warning"]


def test_the_bare_sec_table_is_served_with_its_known_figures(
    shared_data: Path, tmp_path: Path, make_client: Callable[..., FlaskClient]
) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "filings.parquet").write_bytes(
        (shared_data / "sec" / "sec_filings_2025.parquet").read_bytes()
    )
    client = make_client(bare)
    answer = msgspec.json.decode(client.get("/stats").data)
    columns = {column["name"]: column for column in answer["columns"]}
    assert answer["rows"] == 271_974
    assert abs(columns["size"]["mean"] - 2480815.28328) < 1e-4
    assert columns["submissionType"]["top"][0] == {"value": "4", "count": 41_233}
    assert columns["accessionNumber"]["sum"] > 1.5e21
    outliers = client.get("/outliers?limit=3").json
    assert outliers["detector"] == "iforest"
    assert 0 < outliers["flagged"] <= 2_720
    assert list(bare.iterdir()) == [bare / "filings.parquet"]
