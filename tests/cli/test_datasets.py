"""`modelyard datasets` answers in words or in one JSON document."""

import json
from importlib.util import find_spec

import polars as pl
import pytest

needs_learning = pytest.mark.skipif(
    find_spec("sklearn") is None, reason="scikit-learn is not installed"
)
needs_pandas = pytest.mark.skipif(find_spec("pandas") is None, reason="pandas is not installed")


@pytest.fixture
def ask(run, yard):
    """Ask `modelyard datasets`, in words."""

    def invoke(command, *arguments):
        return run("datasets", command, *arguments, "-w", yard)

    return invoke


@pytest.fixture
def ask_json(ask):
    """Ask `modelyard datasets` with --json."""

    def invoke(*arguments):
        result = ask(*arguments, "--json")
        assert result.exit_code == 0, result.output
        assert result.stderr == ""
        return json.loads(result.stdout)

    return invoke


def test_list_shows_what_there_is(ask):
    lines = ask("list").stdout.splitlines()
    assert lines[1].split()[:3] == ["delays", "28", "4"]
    assert lines[2].split()[:3] == ["big", "2", "2"]


def test_list_names_the_default(ask_json):
    document = ask_json("list")
    assert document["default"] == "delays"
    assert [dataset["rows"] for dataset in document["datasets"]] == [28, 2]


def test_list_shows_faults_and_is_no_check(ask, yard):
    (yard / "datasets" / "empty.csv").write_text("")
    result = ask("list")
    assert result.exit_code == 0
    assert "Fault: empty (datasets/empty.csv)" in result.stdout


def test_list_of_an_empty_workspace(run, tmp_path):
    assert "No datasets yet" in run("datasets", "list", "-w", tmp_path).stdout
    document = json.loads(run("datasets", "list", "-w", tmp_path, "--json").stdout)
    assert document == {"datasets": [], "default": None}


def test_stats_shows_columns_by_kind(ask):
    text = ask("stats", "delays").stdout
    assert text.startswith("Delays: 28 rows × 4 columns\n")
    lines = {line.split()[0]: line.split() for line in text.splitlines() if line}
    assert lines["delay"][1:4] == ["0", "18", "40.2857"]
    assert lines["carrier"][-4:] == ["UA", "(19),", "DL", "(9)"]
    assert lines["day"][-2:] == ["2024-01-01", "2024-01-28"] or "2024-01-28" in text
    assert "50.00%" in lines["even"]


def test_stats_are_exact_for_large_numbers(ask, ask_json):
    document = ask_json("stats", "big")
    assert document["dataset"] == "big"
    by_name = {column["name"]: column for column in document["columns"]}
    assert by_name["id"]["sum"] == 9007199254740993 + 9223372036854775807
    assert "9,223,372,036,854,775,807" in ask("stats", "big").stdout


def test_stats_can_be_approximate(ask_json):
    assert ask_json("stats", "delays", "--approximate")["rows"] == 28


def test_a_narrow_window_leaves_figures_out_but_cuts_no_number(ask, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    text = ask("stats", "big").stdout
    assert all(len(line) <= 40 for line in text.splitlines())
    assert "9,007,199,254,740,993" not in text or "9,223,372,036,854,775,807" in text
    assert "No room for:" in text


def test_rows_can_be_filtered_sorted_and_cut(ask_json):
    document = ask_json(
        "rows", "delays", "--filter", "delay:gt:10", "--filter", "carrier:eq:UA",
        "--sort", "-delay", "--columns", "day,delay", "--limit", "1",
    )  # fmt: skip
    assert document["rows"] == [{"day": "2024-01-07", "delay": 900}]
    assert document["matching"] > 1


def test_rows_in_words_count_what_matches(ask):
    text = ask("rows", "delays", "--limit", "2").stdout
    assert text.splitlines()[0].split() == ["carrier", "delay", "day", "even"]
    assert text.splitlines()[-1] == "2 of 28 matching rows."


def test_rows_that_do_not_fit_are_named(ask, yard):
    header = ",".join(f"column{number}" for number in range(3000))
    (yard / "datasets" / "wide.csv").write_text(f"{header}\n{','.join('1' * 3000)}\n")
    text = ask("rows", "wide").stdout
    assert all(len(line) <= 100 for line in text.splitlines())
    assert "more. Widen the window, or use --json." in " ".join(text.split())


def test_long_cells_and_control_characters_do_not_upset_the_terminal(ask, yard):
    pl.DataFrame({"text": ["x" * 900_000, "a\x1b[31mred\nline"]}).write_parquet(
        yard / "datasets" / "long.parquet"
    )
    text = ask("rows", "long").stdout
    assert "\x1b" not in text
    assert "a�[31mred line" in text
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "\x1b" not in ask("stats", "long").stdout


def test_lists_and_structures_are_written_as_json(ask, yard):
    pl.DataFrame({"list": [[1, 2], None], "pair": [{"a": 1, "b": "ü"}, None]}).write_parquet(
        yard / "datasets" / "nested.parquet"
    )
    lines = ask("rows", "nested").stdout.splitlines()
    assert "[1, 2]" in lines[1]
    assert '{"a": 1, "b": "ü"}' in lines[1]
    assert "Series" not in lines[1]


def test_rows_of_unusual_types_are_json_all_the_same(ask, ask_json, yard):
    frame = pl.DataFrame(
        {
            "float": [1.5, float("nan"), float("inf")],
            "list": [[1, 2], None, []],
            "bytes": [b"a", None, b""],
            "moment": pl.Series([0, None, 1]).cast(pl.Datetime("us", "UTC")),
            "time": pl.Series([0, None, 1]).cast(pl.Time),
        }
    )
    frame.write_parquet(yard / "datasets" / "odd.parquet")
    rows = ask_json("rows", "odd")["rows"]
    assert [row["float"] for row in rows] == [1.5, None, None]
    assert rows[0]["list"] == [1, 2]
    assert ask("rows", "odd").exit_code == 0
    assert ask("stats", "odd").exit_code == 0


def test_a_table_without_rows_is_shown(ask, yard):
    (yard / "datasets" / "header.csv").write_text("a,b\n")
    assert ask("rows", "header").stdout.strip() == "0 of 0 matching rows."
    assert ask("stats", "header").exit_code == 0


@pytest.mark.parametrize("text", ["nothing,x\n,1\n,2\n", "one\n5\n", 'f\n"inf"\nnan\n1.5\n'])
def test_odd_columns_have_statistics(ask, yard, text):
    (yard / "datasets" / "odd.csv").write_text(text)
    assert ask("stats", "odd").exit_code == 0
    assert ask("stats", "odd", "--json").exit_code == 0


@needs_learning
def test_outliers_names_the_row_and_why(ask, ask_json):
    text = ask("outliers", "delays", "--threshold", "95").stdout
    assert text.startswith("Delays: ")
    document = ask_json("outliers", "delays", "--threshold", "95", "--limit", "3")
    assert document["threshold"]["percentile"] == pytest.approx(95, abs=0.1)
    assert len(document["worst"]) == 3
    assert document["worst"][0]["row"] == 6
    assert document["worst"][0]["flagged"] is True
    assert "delay: 900" in text


def test_outliers_by_another_detector_and_of_named_columns(ask_json):
    document = ask_json("outliers", "delays", "--detector", "ecod", "--columns", "delay")
    assert document["detector"] == "ecod"
    assert [column["name"] for column in document["used"]] == ["delay"]


def test_moving_the_threshold_moves_the_count(ask_json):
    few = ask_json("outliers", "delays", "--detector", "ecod", "--threshold", "99")
    many = ask_json("outliers", "delays", "--detector", "ecod", "--threshold", "50")
    assert few["flagged"] < many["flagged"]


@needs_pandas
def test_benchmark_shows_both_sides(ask, ask_json):
    document = ask_json("benchmark", "delays", "--repeats", "1")
    assert document["dataset"] == "delays"
    assert all(task["equal"] for task in document["tasks"])
    text = ask("benchmark", "delays", "--repeats", "1").stdout
    assert "pandas / Polars" in text
    assert "peak memory" in text


BAD_QUESTIONS = {
    ("stats", "delay"): "Did you mean 'delays'?",
    ("stats", "../../etc/passwd"): "there is no such dataset",
    ("rows", "delays", "--filter", "delay"): "is not column:operator:value",
    ("rows", "delays", "--filter", "dely:gt:1"): "Did you mean 'delay'?",
    ("rows", "delays", "--filter", "delay:gt:soon"): "is not a value of type",
    ("rows", "delays", "--sort", "dely"): "Did you mean 'delay'?",
    ("rows", "delays", "--columns", "dely"): "Did you mean 'delay'?",
    ("outliers", "delays", "--detector", "iforrest"): "iforest",
    ("outliers", "delays", "--detector", "ecod", "--columns", "dely"): "dely",
    ("fetch", "delays"): "on this machine already",
}


@pytest.mark.parametrize("arguments", BAD_QUESTIONS, ids=" ".join)
def test_a_bad_question_gets_one_sentence(ask, said, arguments):
    assert BAD_QUESTIONS[arguments] in said(ask(*arguments))


def test_a_table_that_vanishes_is_one_sentence(ask, said, yard):
    (yard / "datasets" / "delays.csv").unlink()
    assert "is not there" in said(ask("stats", "delays"))


def test_a_bad_setting_is_one_sentence(ask, said, monkeypatch):
    monkeypatch.setenv("MODELYARD_CACHE_BYTES", "much")
    assert said(ask("list")) == "MODELYARD_CACHE_BYTES: 'much' is not a number."


def test_fetch_keeps_a_copy(run, tmp_path, monkeypatch, served_table):
    address = served_table
    (tmp_path / "modelyard.toml").write_text(f'[datasets.far]\nsource = "{address}"\n')
    result = run("datasets", "fetch", "far", "-w", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["rows"] == 3
    assert pl.read_parquet(document["path"])["a"].to_list() == [1, 2, 3]
    text = run("datasets", "fetch", "far", "-w", tmp_path).stdout
    assert text.startswith("Fetched far: 3 rows, ")
