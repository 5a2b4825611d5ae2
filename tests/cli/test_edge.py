"""Whatever ends a command, a person reads one line and a script gets an exit code."""

import errno
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from modelyard.cli.edge import EdgeGroup
from modelyard.errors import Invalid


def command_that_raises(fault):
    group = EdgeGroup("test")

    @group.command()
    def work():
        raise fault

    return CliRunner().invoke(group, ["work"])


def test_an_expected_fault_says_where_what_and_what_to_do():
    result = command_that_raises(Invalid("table.csv, line 3", "has 4 cells.", "Remove one."))
    assert result.exit_code == 1
    assert result.stderr == "Error: table.csv, line 3: has 4 cells. Remove one.\n"


def test_an_unexpected_fault_names_its_type_and_how_to_see_the_trace():
    result = command_that_raises(ZeroDivisionError("division by zero"))
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: ZeroDivisionError: division by zero. "
        "This is not expected: run with MODELYARD_DEBUG=1 for the trace.\n"
    )


def test_with_debug_the_trace_is_there(monkeypatch):
    monkeypatch.setenv("MODELYARD_DEBUG", "1")
    assert isinstance(command_that_raises(ZeroDivisionError()).exception, ZeroDivisionError)


def test_a_panic_is_no_exception_and_is_told_all_the_same():
    class PanicError(BaseException):
        pass

    result = command_that_raises(PanicError("index out of\nbounds"))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: PanicError: index out of bounds.")


def test_ctrl_c_ends_quietly_with_130():
    result = command_that_raises(KeyboardInterrupt())
    assert result.exit_code == 130
    assert result.output == ""


def test_a_closed_pipe_ends_quietly():
    result = command_that_raises(OSError(errno.EPIPE, "Broken pipe"))
    assert result.output == ""


def test_words_of_click_stay_as_they_are():
    result = command_that_raises(click.UsageError("no such thing"))
    assert result.exit_code == 2
    assert "Error: no such thing" in result.stderr


def test_control_characters_in_a_message_do_not_reach_the_terminal():
    result = command_that_raises(Invalid("a\x1b[2Jb\n", "is bad."))
    assert result.stderr == "Error: a�[2Jb : is bad.\n"


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_a_reader_that_goes_away_leaves_no_trace(yard):
    command = f"{sys.executable} -m modelyard datasets rows delays -w {yard} | true"
    done = subprocess.run(command, shell=True, check=True, capture_output=True, text=True)  # noqa: S602
    assert done.stderr == ""
