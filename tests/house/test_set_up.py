"""`make run` on a machine that lacks something says so in one sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def set_up(python: str, tmp_path: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    (tmp_path / "requirements.txt").write_text(f"six==1.17.0 --hash=sha256:{'0' * 64}\n")
    return subprocess.run(
        [ROOT / "scripts" / "set-up", python, tmp_path / "venv", tmp_path / "requirements.txt"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def old_python(tmp_path: Path) -> str:
    """A stand-in for a Python that is too old."""
    path = tmp_path / "python-old"
    path.write_text("#!/bin/sh\n[ \"$1\" = -V ] && echo 'Python 3.9.2' && exit 0\nexit 1\n")
    path.chmod(0o755)
    return str(path)


def test_no_python_is_said_in_one_sentence(tmp_path: Path) -> None:
    done = set_up("python-that-is-not-here", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("There is no 'python-that-is-not-here' here.")
    assert len(done.stderr.splitlines()) == 1


def test_an_old_python_is_said_in_one_sentence(tmp_path: Path, old_python: str) -> None:
    done = set_up(old_python, tmp_path)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "3.9.2" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_no_network_is_said_in_one_sentence(tmp_path: Path) -> None:
    done = set_up(
        sys.executable,
        tmp_path,
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="0",
        PIP_CONFIG_FILE="/dev/null",
        PIP_NO_CACHE_DIR="1",
    )
    assert done.returncode == 1
    assert "package index cannot be reached" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
