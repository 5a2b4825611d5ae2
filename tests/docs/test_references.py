"""The generated references are those of the present code."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_reference_of_the_commands_is_up_to_date() -> None:
    written = subprocess.run(
        [sys.executable, ROOT / "scripts" / "commands_reference.py"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert (ROOT / "docs" / "commands.md").read_text() == written, (
        "write it again: python scripts/commands_reference.py > docs/commands.md"
    )
