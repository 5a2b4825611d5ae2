"""A table fits the window without cutting a number."""

import io

import pytest
from rich.console import Console

from modelyard.cli.screen.table import Column, cut, say_left_out, show_table


def drawn(width: int, *columns: Column) -> tuple[list[str], tuple[str, ...]]:
    console = Console(file=io.StringIO(), width=width, highlight=False, emoji=False)
    left_out = show_table(console, columns)
    return [line.rstrip() for line in console.file.getvalue().splitlines()], left_out


NAMES = Column("name", ("a", "bcd"))
COUNTS = Column("count", ("1,000,000", "2"), is_number=True, rank=1)
SUMS = Column("sum", ("123,456,789", "–"), is_number=True, rank=2)


def test_numbers_are_aligned_at_the_right():
    lines, left_out = drawn(80, NAMES, COUNTS)
    assert lines == ["name      count", "a     1,000,000", "bcd           2"]
    assert left_out == ()


def test_the_column_of_the_highest_rank_is_left_out_first():
    lines, left_out = drawn(20, NAMES, SUMS, COUNTS)
    assert left_out == ("sum",)
    assert "1,000,000" in lines[1]


def test_text_is_cut_where_nothing_more_can_be_left_out():
    lines, _ = drawn(20, Column("text", ("x" * 50,)), Column("n", ("12345",), is_number=True))
    assert lines[1] == "x" * 12 + "…  12345"


def test_text_is_narrowed_before_a_column_is_left_out_where_it_may_be():
    lines, left_out = drawn(24, Column("text", ("x" * 50,), least=10), COUNTS_OF_ONE)
    assert left_out == ()
    assert lines[1].endswith("…  1,000,000")


COUNTS_OF_ONE = Column("count", ("1,000,000",), is_number=True, rank=1)


def test_long_reasons_go_on_in_the_next_line():
    reasons = Column("why", ("one two three four five six",), wraps=True)
    lines, _ = drawn(16, reasons)
    assert " ".join(lines[1:]).split() == ["one", "two", "three", "four", "five", "six"]


def test_wide_characters_count_twice():
    assert cut("日本語日本語", 7) == "日本語…"


def test_markup_and_control_characters_are_text():
    lines, _ = drawn(80, Column("[bold]name[/]", ("[red]a[/red]\x1b[2J", ":smile:")))
    assert lines == ["[bold]name[/]", "[red]a[/red]�[2J", ":smile:"]


@pytest.mark.parametrize("width", [1, 5, 20])
def test_no_window_is_too_narrow(width):
    drawn(width, NAMES, COUNTS, SUMS)


def test_columns_of_one_name_are_told_apart():
    same = Column("n", ("1" * 9,), is_number=True, rank=3)
    _, left_out = drawn(12, same, Column("n", ("2" * 9,), is_number=True))
    assert left_out == ("n",)


def test_what_is_left_out_is_named_up_to_a_number():
    console = Console(file=io.StringIO(), width=200)
    say_left_out(console, [f"c{number}" for number in range(3000)])
    assert console.file.getvalue().startswith(
        "No room for: c0, c1, c2, c3, c4, c5, c6, c7 and 2,992"
    )
