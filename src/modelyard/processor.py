"""Making NumPy sort well on this processor."""

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

SLOW_FEATURES = "X86_V4 AVX512_ICL AVX512_SPR"
"""NumPy's names for its AVX-512 code, from version 2.4 on; it ignores those it does not have."""
CPU_INFO = Path("/proc/cpuinfo")


def prefer_fast_sort(environ: MutableMapping[str, str] | None = None) -> bool:
    """Have NumPy sort with AVX2 instead of AVX-512 on AMD's Zen 4, where that is five times faster.

    The AVX-512 sort leans on `vpcompress` to memory, which Zen 4 runs in microcode: 10 million
    floats took 0.70 s with it and 0.14 s without (see docs/decisions/0002). It acts only when
    NumPy is not imported yet and the user has not chosen; the answer tells whether it did.
    """
    env = os.environ if environ is None else environ
    if "numpy" in sys.modules or "NPY_DISABLE_CPU_FEATURES" in env or not is_zen_4():
        return False
    env["NPY_DISABLE_CPU_FEATURES"] = SLOW_FEATURES
    return True


def is_zen_4(cpu_info: Path = CPU_INFO) -> bool:
    """Tell whether Linux says that this is an AMD processor of family 25 with AVX-512."""
    try:
        text = cpu_info.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    first = text.split("\n\n")[0]
    fields = {
        key.strip(): value.strip()
        for key, _, value in (line.partition(":") for line in first.splitlines())
    }
    return (
        fields.get("vendor_id") == "AuthenticAMD"
        and fields.get("cpu family") == "25"
        and "avx512f" in fields.get("flags", "").split()
    )
