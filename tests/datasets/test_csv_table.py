"""CSV files: what is kept as it is written, what becomes a value, and what is refused where."""

import gzip

import pytest


def test_numbers_with_leading_zeros_stay_text(yard):
    yard.write("places.csv", "zip,icd,count\n00501,001.0,7\n12345,250.00,8\n")
    assert yard.rows("places") == [
        {"zip": "00501", "icd": "001.0", "count": 7},
        {"zip": "12345", "icd": "250.00", "count": 8},
    ]


def test_a_leading_zero_far_down_the_file_is_found(yard):
    yard.write("cik.csv", "cik\n" + "320193\n" * 20_000 + "0000320193\n")
    assert yard.types("cik") == {"cik": "String"}


def test_a_zero_before_the_point_is_no_leading_zero(yard):
    yard.write("shares.csv", "share\n0.5\n-0.25\n0\n")
    assert yard.types("shares") == {"share": "Float64"}


@pytest.mark.parametrize(
    ("first", "kind", "value"),
    [
        ("9223372036854775807", "Int64", 2**63 - 1),
        ("-9223372036854775808", "Int64", -(2**63)),
        ("9223372036854775808", "UInt64", 2**63),
        ("18446744073709551615", "UInt64", 2**64 - 1),
        ("18446744073709551616", "String", "18446744073709551616"),
        ("-9223372036854775809", "String", "-9223372036854775809"),
        ("1" * 45, "String", "1" * 45),
    ],
)
def test_huge_whole_numbers_lose_no_digit(yard, first, kind, value):
    yard.write("ids.csv", f"id,n\n{first},1\n,2\n7,3\n")
    assert yard.types("ids")["id"] == kind
    seven = "7" if kind == "String" else 7
    assert [row["id"] for row in yard.rows("ids")] == [value, None, seven]


@pytest.mark.parametrize(
    "text", ["NA", "N/A", "n/a", "NULL", "null", "NaN", "nan", "None", "", "#N/A"]
)
def test_the_usual_texts_for_no_value_are_null(yard, text):
    yard.write("t.csv", f"n,word\n{text},{text}\n1,x\n")
    assert yard.rows("t") == [{"n": None, "word": None}, {"n": 1, "word": "x"}]


def test_own_texts_for_no_value_replace_the_usual_ones(yard):
    yard.write("t.csv", "n,word\n-99,NA\n1,x\n")
    yard.toml('[datasets.t]\nsource = "t.csv"\nnull_values = ["-99"]\n')
    assert yard.rows("t") == [{"n": None, "word": "NA"}, {"n": 1, "word": "x"}]


@pytest.mark.parametrize(
    "cell", ['"1,000"', "12%", "1 000", "$5", "+1", "1_000", " 7", "12-05-2024"]
)
def test_numbers_with_more_than_digits_stay_text(yard, cell):
    yard.write("t.csv", f"amount,n\n{cell},1\n{cell},2\n")
    assert yard.types("t")["amount"] == "String"
    assert yard.rows("t")[0]["amount"] == cell.strip('"')


def test_quoted_cells_hold_separators_line_ends_and_quotes(yard):
    yard.write("t.csv", 'a,b\n1,"x, y\nz"\n2,"say ""hi"""\n')
    assert [row["b"] for row in yard.rows("t")] == ["x, y\nz", 'say "hi"']


@pytest.mark.parametrize("name", ["t.tsv", "T.TSV", "t.tsv.gz"])
def test_a_tsv_file_is_separated_by_tabs(yard, name):
    text = b"a\tb\n1\tx, y\n"
    yard.write(name, gzip.compress(text) if name.endswith(".gz") else text)
    assert yard.rows(name[0]) == [{"a": 1, "b": "x, y"}]


def test_another_separator_is_an_option_even_for_tsv(yard):
    yard.write("t.tsv", "a;b\n1;2,5\n")
    yard.toml('[datasets.t]\nsource = "t.tsv"\nseparator = ";"\n')
    assert yard.rows("t") == [{"a": 1, "b": "2,5"}]


@pytest.mark.parametrize(
    ("name", "separator", "words"),
    [
        ("t.csv", ";", "';', not ','"),
        ("t.csv", "|", "'|', not ','"),
        ("t.csv", "\t", "tabs, not ','"),
        ("t.tsv", ",", "',', not tabs"),
    ],
)
def test_another_separator_than_the_stated_is_noticed(yard, name, separator, words):
    yard.write(name, f"a{separator}b\n1{separator}x\n")
    written = "\\t" if separator == "\t" else separator
    assert yard.fault("t") == (
        f"t ({name}), line 1: the cells look separated by {words}. "
        f'Write [datasets.t] source = "{name}" separator = "{written}" in modelyard.toml.'
    )


def test_another_separator_is_noticed_where_decimal_commas_divide_the_rows(yard):
    yard.write("t.csv", "a;b\n1,5;2\n")
    assert "the cells look separated by ';'" in yard.fault("t")


@pytest.mark.parametrize("text", ["a;b\nx\n", "a\nx;y\n", "a;b\n", '"a;b"\n"x;y"\n'])
def test_one_column_with_semicolons_in_its_texts_is_a_table(yard, text):
    yard.write("t.csv", text)
    assert len(yard.types("t")) == 1


def test_numbers_with_a_decimal_comma_are_numbers_where_that_is_stated(yard):
    yard.write("t.csv", 'zip;price;n\n00501;2,5;1\n12345;"-0,25";\n')
    yard.toml('[datasets.t]\nsource = "t.csv"\nseparator = ";"\ndecimal_comma = true\n')
    assert yard.rows("t") == [
        {"zip": "00501", "price": 2.5, "n": 1},
        {"zip": "12345", "price": -0.25, "n": None},
    ]


def test_a_decimal_comma_needs_another_separator(yard):
    yard.write("t.csv", "a\n1\n")
    yard.toml('[datasets.t]\nsource = "t.csv"\ndecimal_comma = true\n')
    assert yard.fault("t") == (
        "modelyard.toml, datasets.t.decimal_comma: a comma cannot stand both in numbers and "
        'between cells. Add separator = ";", or whatever stands between the cells.'
    )


def test_a_byte_order_mark_is_no_part_of_the_first_name(yard):
    yard.write("t.csv", b"\xef\xbb\xbfa,b\n1,2\n")
    assert yard.rows("t") == [{"a": 1, "b": 2}]


def test_lines_may_end_as_on_windows(yard):
    yard.write("t.csv", "a,b\r\n1,x\r\n2,y\r\n")
    assert yard.rows("t") == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


def test_lines_that_end_in_lone_carriage_returns_are_refused(yard):
    yard.write("t.csv", "a,b\r1,x\r2,y\r")
    assert "lone carriage return" in yard.fault("t")


def test_blank_lines_are_no_rows(yard):
    yard.write("t.csv", "\na,b\n1,x\n\n,\n2,y\n\n\n")
    assert yard.rows("t") == [{"a": 1, "b": "x"}, {"a": None, "b": None}, {"a": 2, "b": "y"}]


def test_a_blank_line_is_a_null_where_there_is_one_column(yard):
    yard.write("t.csv", "a\n1\n\n3\n")
    assert yard.rows("t") == [{"a": 1}, {"a": None}, {"a": 3}]


def test_columns_without_a_name_are_called_by_their_place(yard):
    yard.write("t.csv", ",a,\n0,x,y\n")
    assert yard.rows("t") == [{"column_1": 0, "a": "x", "column_3": "y"}]


def test_repeated_names_are_refused_with_their_places(yard):
    yard.write("t.csv", "a,b,a\n1,2,3\n")
    assert yard.fault("t") == (
        "t (t.csv), line 1: the column name 'a' is used 2 times (columns 1, 3). Rename them."
    )


def test_a_header_alone_is_a_table_without_rows(yard):
    yard.write("t.csv", "a,b\n")
    assert yard.dataset("t").shape().rows == 0
    assert [column.nulls for column in yard.dataset("t").statistics().columns] == [0, 0]


@pytest.mark.parametrize("text", ["", "\n\n\n"])
def test_an_empty_file_is_refused(yard, text):
    yard.write("t.csv", text)
    assert yard.fault("t").startswith("t (t.csv): the file is empty.")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a,b,c\n1,2,3\n4,5\n6,7,8\n", 3, "has 2 cells; the header has 3."),
        ("a,b,c\n1,2,3\n4,5,6,7\n", 3, "has 4 cells; the header has 3."),
        ("a,b\nx,true\ny,true,false\n", 3, "has 3 cells; the header has 2."),
        ('a,b\n1,"two\nlines"\n3\n', 4, "has 1 cells; the header has 2."),
        ('a,b\n1,"hello\n2,3\n4,5\n', 2, "a quote is opened here and never closed."),
        ('a,b\n1,x\n2,"x"y\n', 3, "the quotes do not fit"),
        ('a,b\n1,x\n2,5" pipe\n', 3, "a quote stands inside a cell that is not quoted."),
    ],
)
def test_a_broken_row_is_named_by_its_line(yard, text, line, why):
    yard.write("t.csv", text)
    assert yard.fault("t").startswith(f"t (t.csv), line {line}: {why}")


def test_bytes_of_another_encoding_are_named_by_line_and_place(yard):
    yard.write("t.csv", "name,size\nAnn,1\nJosé,2\n".encode("cp1252"))
    assert yard.fault("t") == (
        "t (t.csv), line 3: byte 0xe9 at position 4 is not UTF-8. Save the file as UTF-8, or set "
        'its encoding (often "cp1252") in modelyard.toml.'
    )


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_a_stated_encoding_is_read(yard, encoding, ending):
    text = "näme,size\r\nJosé,1\r\n".encode(encoding)
    yard.write(f"t.{ending}", gzip.compress(text) if ending.endswith("gz") else text)
    yard.toml(f'[datasets.t]\nsource = "t.{ending}"\nencoding = "{encoding}"\n')
    assert yard.rows("t") == [{"näme": "José", "size": 1}]


def test_a_wrongly_stated_encoding_is_refused(yard):
    yard.write("t.csv", b"a,b\n1,\x81\n")
    yard.toml('[datasets.t]\nsource = "t.csv"\nencoding = "cp1252"\n')
    assert yard.fault("t").startswith("t (t.csv), line 2: byte 0x81 at position 3 is not CP1252.")


def test_a_file_said_to_be_utf16_that_is_not_is_refused(yard):
    yard.write("t.csv", b"a,b\n1,2,\n")
    yard.toml('[datasets.t]\nsource = "t.csv"\nencoding = "utf-16"\n')
    assert "utf-16" in yard.fault("t").lower()


def test_an_encoding_that_does_not_exist_is_refused(yard):
    yard.write("t.csv", "a,b\n1,2\n")
    yard.toml('[datasets.t]\nsource = "t.csv"\nencoding = "klingon"\n')
    assert "there is no encoding 'klingon'" in yard.fault("t")


def test_utf16_without_the_option_is_recognised(yard):
    yard.write("t.csv", "a,b\n1,2\n".encode("utf-16"))
    assert yard.fault("t").startswith("t (t.csv), line 1: the file is UTF-16. Set encoding =")


@pytest.mark.parametrize(
    "content", [b"\0" * 5_000, bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n\0\0"]
)
def test_binary_garbage_is_refused(yard, content):
    yard.write("t.csv", content)
    assert yard.fault("t").startswith("t (t.csv), line ")


def test_a_gzip_file_that_is_cut_off_is_refused(yard):
    yard.write("t.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 100_000)[:100])
    assert "t (t.csv.gz): " in yard.fault("t")
    assert "cut off or damaged" in yard.fault("t")


def test_a_file_named_gz_that_is_none_is_refused(yard):
    yard.write("t.csv.gz", b"a,b\n1,2\n")
    assert yard.fault("t").startswith("t (t.csv.gz): is named .gz and is no gzip file.")


def test_cells_of_nearly_a_megabyte_are_read(yard):
    yard.write("t.csv", "a,b\n" + f"1,{'x' * 900_000}\n2,\n")
    column = yard.dataset("t").statistics().column("b")
    assert (column.length_max, column.nulls, len(column.max)) == (900_000, 1, 200)


def test_infinity_is_a_number_and_counted_apart(yard):
    yard.write("t.csv", "a\n1.5\ninf\n-inf\nNaN\n2.5\n")
    column = yard.dataset("t").statistics().column("a")
    assert (column.nulls, column.infinite, column.mean) == (1, 2, 2.0)


@pytest.mark.parametrize("name", ["[a].csv", "x*.csv", "q?.csv", "uml ü.csv", "{b}.csv", "%41.csv"])
def test_characters_of_patterns_in_a_name_mean_themselves(yard, name):
    yard.write("xyz.csv", "other\n1\n")
    yard.write(name, "mine\n1\n")
    catalogue = yard.open().datasets
    found = next(each for each in catalogue.values() if each.source.address == name)
    assert found.rows().table.to_dicts() == [{"mine": 1}]
