"""Sorting on Zen 4: its AVX-512 code is turned off, on no other processor and never twice."""

import subprocess
import sys

import pytest

from modelyard.processor import SLOW_FEATURES, is_zen_4, prefer_fast_sort

ZEN_4 = """processor\t: 0
vendor_id\t: AuthenticAMD
cpu family\t: 25
model name\t: AMD EPYC 9R14
flags\t\t: fpu sse2 avx2 avx512f avx512cd

processor\t: 1
vendor_id\t: AuthenticAMD
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ZEN_4, True),
        (ZEN_4.replace("AuthenticAMD", "GenuineIntel"), False),
        (ZEN_4.replace(": 25", ": 26"), False),
        (ZEN_4.replace("avx512f ", ""), False),
        ("", False),
        ("no colons at all", False),
    ],
)
def test_zen_4_is_told_by_linux(tmp_path, text, expected):
    (tmp_path / "cpuinfo").write_text(text)
    assert is_zen_4(tmp_path / "cpuinfo") is expected


def test_a_system_that_does_not_say_is_left_alone(tmp_path):
    assert not is_zen_4(tmp_path / "gone")


def test_it_comes_too_late_once_numpy_is_there():
    pytest.importorskip("numpy")
    environ: dict[str, str] = {}
    assert not prefer_fast_sort(environ)
    assert environ == {}


def test_the_choice_of_the_user_stands():
    environ = {"NPY_DISABLE_CPU_FEATURES": "AVX2"}
    assert not prefer_fast_sort(environ)
    assert environ == {"NPY_DISABLE_CPU_FEATURES": "AVX2"}


def test_numpy_accepts_what_is_turned_off():
    code = (
        f"import os; os.environ['NPY_DISABLE_CPU_FEATURES'] = {SLOW_FEATURES!r}\n"
        "import numpy as np; values = np.random.default_rng(1).random(10_000); values.sort()\n"
        "print((values[1:] >= values[:-1]).all())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_opening_a_folder_decides_before_numpy_is_loaded(tmp_path):
    code = (
        "import os, sys, modelyard\n"
        f"modelyard.open({str(tmp_path)!r})\n"
        "from modelyard.processor import is_zen_4\n"
        "print(is_zen_4() == ('NPY_DISABLE_CPU_FEATURES' in os.environ), 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"
