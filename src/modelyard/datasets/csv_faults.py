"""What is wrong with a CSV file, and on which line: Polars' own messages rarely name one."""

import codecs
import csv
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from modelyard.datasets.compressed import open_bytes, open_text
from modelyard.datasets.source import CsvOptions
from modelyard.errors import Invalid

if TYPE_CHECKING:
    import _csv

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BYTES_OF_HEAD = 64 * 1024
LONGEST_CELL = 512 * 1024 * 1024
OTHER_SEPARATORS = (";", "\t", "|", ",")
WHOLE_FILE = re.compile(r"(?P<name>[A-Za-z0-9_.-]+) \((?P<source>[^,()\"\\]+)\)")
MEND = "Mend the line, or name another `separator` in modelyard.toml."


@dataclass(frozen=True)
class Rows:
    """How many rows a CSV file has under its header, and which of them are blank lines."""

    count: int
    blank: tuple[int, ...]


def read_header(where: str, path: Path, options: CsvOptions) -> list[str]:
    """Give the names of the columns; one without a name is called by its place, `column_3`.

    Raises Invalid for an empty file, for one that is no text, for repeated names, and where another
    separator stands between the cells.
    """
    _refuse_binary(where, path, options)
    try:
        with open_text(path, text_encoding(options)) as file:
            header: list[str] = next((row for row in _reader(file, options) if row), [])
    except csv.Error as fault:
        raise Invalid(f"{where}, line 1", f"cannot be read as CSV: {fault}.") from None
    if not header:
        raise Invalid(where, "the file is empty.", "A CSV file begins with a line of column names.")
    if len(header) == 1:
        _refuse_other_separator(where, path, options)
    names = [name or f"column_{place}" for place, name in enumerate(header, start=1)]
    _refuse_repeated(where, names)
    return names


def text_encoding(options: CsvOptions) -> str:
    """Give the encoding to open a file with: a byte order mark is no part of the first name."""
    return "utf-8-sig" if is_utf8(options) else options.encoding


def is_utf8(options: CsvOptions) -> bool:
    """Tell whether Polars can read the file as it is."""
    return codecs.lookup(options.encoding).name in {"utf-8", "utf-8-sig", "ascii"}


def find_fault(where: str, path: Path, options: CsvOptions) -> Invalid | None:
    """Find the first line that is not in the stated encoding, or whose cells do not fit."""
    wrong = find_wrong_bytes(where, path, options)
    if wrong is not None:
        return wrong
    try:
        count_rows(where, path, options)
    except Invalid as fault:
        return fault
    return _find_stray_quote(where, path, options)


def count_rows(where: str, path: Path, options: CsvOptions) -> Rows:
    """Go through the rows one by one.

    Raises Invalid naming the first whose number of cells differs from the header's, and the one
    in which a quote is opened that nothing closes.
    """
    blank: list[int] = []
    count, begins = -1, 1
    with open_text(path, text_encoding(options)) as file:
        reader = _reader(file, options)
        width = 0
        try:
            for row in reader:
                if count < 0 and not row:
                    continue
                width = width or len(row)
                if not row:
                    blank.append(count)
                elif len(row) != width:
                    why = f"has {len(row)} cells; the header has {width}."
                    raise Invalid(f"{where}, line {begins}", why, MEND)
                count, begins = count + 1, reader.line_num + 1
        except csv.Error as fault:
            raise _bad_quotes(where, begins, fault) from None
    return Rows(count, tuple(blank))


def find_wrong_bytes(where: str, path: Path, options: CsvOptions) -> Invalid | None:
    """Find the first bytes that are not in the stated encoding, which is one of single bytes."""
    if codecs.lookup(options.encoding).name.startswith(("utf-16", "utf-32")):
        return None
    with open_bytes(path) as file:
        for line, raw in enumerate(file, start=1):
            try:
                raw.decode(options.encoding)
            except UnicodeDecodeError as fault:
                return Invalid(
                    f"{where}, line {line}",
                    f"byte 0x{raw[fault.start]:02x} at position {fault.start + 1} is not "
                    f"{options.encoding.upper()}.",
                    'Save the file as UTF-8, or set its encoding (often "cp1252") in '
                    "modelyard.toml.",
                )
    return None


def _reader(file: IO[str], options: CsvOptions) -> "_csv.Reader":
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(file, delimiter=options.separator, strict=True)


def _refuse_binary(where: str, path: Path, options: CsvOptions) -> None:
    """Raise Invalid for a file that begins as no text does."""
    with open_bytes(path) as file:
        head = file.read(BYTES_OF_HEAD)
    if codecs.lookup(options.encoding).name.startswith(("utf-16", "utf-32")):
        return
    if head.startswith(UTF16_MARKS):
        raise Invalid(
            f"{where}, line 1",
            "the file is UTF-16.",
            'Set encoding = "utf-16" for it in modelyard.toml, or save it as UTF-8.',
        )
    if b"\0" in head:
        line = head[: head.index(b"\0")].count(b"\n") + 1
        raise Invalid(f"{where}, line {line}", "holds a zero byte, so it is not text.")


def _refuse_other_separator(where: str, path: Path, options: CsvOptions) -> None:
    """Raise Invalid where another separator divides the header and the next line alike."""
    for other in OTHER_SEPARATORS:
        if other == options.separator or not _divides(other, path, options):
            continue
        cells = (
            f"the cells look separated by {_in_words(other)}, not {_in_words(options.separator)}."
        )
        written = "\\t" if other == "\t" else other
        raise Invalid(f"{where}, line 1", cells, _cure_of_separator(where, written))


def _divides(separator: str, path: Path, options: CsvOptions) -> bool:
    """Tell whether a separator makes as many cells, two or more, of the first line and the next."""
    try:
        with open_text(path, text_encoding(options)) as file:
            rows = (row for row in _reader(file, replace(options, separator=separator)) if row)
            first, second = next(rows, []), next(rows, [])
    except csv.Error:
        return False
    return len(first) == len(second) >= 2


def _in_words(separator: str) -> str:
    return "tabs" if separator == "\t" else f"'{separator}'"


def _cure_of_separator(where: str, separator: str) -> str:
    """Say what to write; the parts of a folder are not a source of their own."""
    known = WHOLE_FILE.fullmatch(where)
    if known is None:
        return f'Write separator = "{separator}" in the section of the dataset in modelyard.toml.'
    return (
        f'Write [datasets.{known["name"]}] source = "{known["source"]}" '
        f'separator = "{separator}" in modelyard.toml.'
    )


def _refuse_repeated(where: str, names: list[str]) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        places = [str(place) for place, name in enumerate(names, 1) if name == repeated[0]]
        raise Invalid(
            f"{where}, line 1",
            f"the column name '{repeated[0]}' is used {len(places)} times "
            f"(columns {', '.join(places)}).",
            "Rename them.",
        )


def _bad_quotes(where: str, line: int, fault: csv.Error) -> Invalid:
    if "unexpected end" in str(fault):
        why = "a quote is opened here and never closed."
    else:
        why = f"the quotes do not fit ({fault})."
    return Invalid(f"{where}, line {line}", why, 'A quote inside a cell is written twice: "".')


def _find_stray_quote(where: str, path: Path, options: CsvOptions) -> Invalid | None:
    """Find a quote inside a cell that is not quoted: spreadsheets never write one, Polars stops."""
    separator = re.escape(options.separator)
    stray = re.compile(rf'[^{separator}"\r\n]"(?![{separator}"\r\n])')
    with open_text(path, text_encoding(options)) as file:
        for line, text in enumerate(file, start=1):
            if '""' not in text and stray.search(text):
                return Invalid(
                    f"{where}, line {line}",
                    "a quote stands inside a cell that is not quoted.",
                    'Quote the cell and write the quote in it twice: "5"" pipe".',
                )
    return None
