"""A bar on a terminal's standard error; nothing anywhere else."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

COMMAND = [sys.executable, "-m", "modelyard", "datasets", "list", "--json"]


def test_where_nobody_watches_nothing_is_written(yard):
    done = subprocess.run([*COMMAND, "-w", str(yard)], check=True, capture_output=True)
    assert done.stderr == b""


@pytest.mark.skipif(find_spec("pty") is None, reason="needs a pseudo-terminal")
def test_on_a_terminal_the_bar_is_shown_and_taken_away_and_the_document_stays_whole(yard):
    import pty

    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*COMMAND, "-w", str(yard)],
        check=True,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm"},
    )
    shown = os.read(ours, 100_000).decode()
    assert "delays" in shown
    assert shown.endswith("\x1b[2K")
    assert done.stdout.startswith(b'{"datasets":[') and done.stdout.endswith(b"}\n")
