"""JSON records and newline-delimited JSON."""

import gzip

import pytest


def test_records_may_lack_members(yard):
    yard.write("t.json", '[{"a": 1}, {"b": "x"}, {}]')
    assert yard.rows("t") == [
        {"a": 1, "b": None},
        {"a": None, "b": "x"},
        {"a": None, "b": None},
    ]


def test_integers_beyond_64_bits_stay_exact(yard):
    yard.write("t.json", '[{"a": 123456789012345678901234567890}]')
    column = yard.dataset("t").statistics().column("a")
    assert column.max == column.sum == 123456789012345678901234567890


def test_lines_are_records_and_a_late_member_is_a_column(yard):
    yard.write("t.ndjson", '{"a": 1}\n' * 2_000 + '\n{"a": 1, "b": 2.5}\n')
    assert yard.types("t") == {"a": "Int64", "b": "Float64"}
    assert yard.dataset("t").shape().rows == 2_001


@pytest.mark.parametrize("ending", ["json.gz", "jsonl.gz"])
def test_gzipped_files_are_read(yard, ending):
    text = b'[{"a": 1}]' if ending == "json.gz" else b'{"a": 1}\n'
    yard.write(f"t.{ending}", gzip.compress(text))
    assert yard.rows("t") == [{"a": 1}]


@pytest.mark.parametrize("name", ["[a].ndjson", "x*.ndjson", "q?.ndjson"])
def test_characters_of_patterns_in_a_name_mean_themselves(yard, name):
    yard.write("xyz.ndjson", '{"other": 1}\n')
    yard.write(name, '{"mine": 1}\n')
    found = next(each for each in yard.open().datasets.values() if each.source.address == name)
    assert found.rows().table.to_dicts() == [{"mine": 1}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "t (t.json): the file is empty."),
        ('{"0": {"a": 1}}', "t (t.json): holds one object, not a list of records. Write it like"),
        ("3", "t (t.json): holds a single value, not a list of records."),
        ('[{"a": 1},', "t (t.json): is not JSON: "),
        ('[{"a": 1}, 3]', "t (t.json), record 2: is not an object."),
        ("[]", "t (t.json): no record has a member"),
        ("[{}, {}]", "t (t.json): no record has a member"),
        ("[" * 100_000, "t (t.json): is not JSON: "),
        ('[{"a": "\xff"}]'.encode("latin-1"), "t (t.json): is not JSON: "),
    ],
)
def test_what_is_no_list_of_records_is_refused(yard, text, said):
    yard.write("t.json", text)
    assert yard.fault("t").startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n\n", "t (t.ndjson): the file is empty."),
        ('{"a": 1}\n{"a":\n', "t (t.ndjson), line 2: is not JSON: "),
        ('{"a": 1}\n\n[1]\n', "t (t.ndjson), line 3: is not a JSON object."),
    ],
)
def test_a_bad_line_is_named(yard, text, said):
    yard.write("t.ndjson", text)
    assert yard.fault("t").startswith(said)


def test_a_gzipped_file_that_is_cut_off_is_refused(yard):
    yard.write("t.json.gz", gzip.compress(b'[{"a": 1}]' * 100)[:30])
    assert yard.fault("t").startswith("t (t.json.gz): the compressed file is cut off or damaged.")


def test_company_tickers_is_refused_plainly(yard, shared_data):
    yard.write("tickers.json", (shared_data / "sec" / "company_tickers.json").read_bytes())
    assert "holds one object, not a list of records" in yard.fault("tickers")
