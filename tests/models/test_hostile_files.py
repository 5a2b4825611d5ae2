"""Files that are programs run nothing: the list refuses them, and the jail holds without it."""

import io
import os
import pickle
import socket
import subprocess
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from hostile import Call, dumped, inside_an_array, named_call
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from modelyard.errors import Invalid, ModelyardError
from modelyard.models.artefact.allowed import resolve
from modelyard.models.artefact.listing import list_file
from modelyard.models.artefact.unpack import unpack
from modelyard.models.jail import Jail, Limits
from modelyard.models.opening import OPENING_TASK, open_model

QUICK = Limits(memory_bytes=512 * 2**20, cpu_s=20, wall_s=60)
COMPRESSIONS = ["", "zlib", "gzip", "bz2", "lzma", "xz", "lz4"]


def system(canary: Path) -> Call:
    return Call(os.system, f"touch {canary}")


def gadgets(canary: Path) -> dict[str, bytes]:
    """The chains that ran through lists of module prefixes."""
    second = canary.with_name("second.joblib")
    second.write_bytes(dumped(system(canary)))
    object_array = canary.with_name("objects.npy")
    np.save(object_array, np.array([system(canary)], dtype=object), allow_pickle=True)
    code = f"open({str(canary)!r}, 'w')"
    return {
        "system": dumped(system(canary)),
        "popen": dumped(Call(subprocess.Popen, ["touch", str(canary)])),
        "eval": dumped(Call(eval, code)),
        "dotted": named_call("sklearn.datasets._base", "os.system", f"touch {canary}"),
        "getattr": named_call("builtins", "getattr", "x", "upper"),
        "resolve_name": named_call("pkgutil", "resolve_name", "os:system"),
        "runstring": named_call("numpy.testing._private.utils", "runstring", code, {}),
        "myeval": named_call("numpy.f2py.crackfortran", "myeval", code),
        "second file": named_call("joblib.numpy_pickle", "load", str(second)),
        "numpy load": named_call("numpy", "load", str(object_array), None, True),
        "fetch": named_call("sklearn.datasets._base", "_fetch_remote", "http://127.0.0.1:9/"),
        "own class": dumped({"step": LogisticRegression(), "own": Call(print, "x")}),
        "in an array": inside_an_array(system(canary)),
    }


GADGETS = (
    *("system", "popen", "eval", "dotted", "getattr", "resolve_name", "runstring", "myeval"),
    *("second file", "numpy load", "fetch", "own class", "in an array"),
)


def test_such_a_file_runs_what_it_says_where_nobody_minds(tmp_path: Path) -> None:
    joblib.load(io.BytesIO(gadgets(tmp_path / "canary")["in an array"]))
    assert (tmp_path / "canary").exists()


@pytest.mark.parametrize("name", GADGETS)
def test_a_gadget_is_refused_by_its_name(name: str, tmp_path: Path) -> None:
    content = gadgets(tmp_path / "canary")[name]
    _, refused = resolve(list_file(content).names)
    assert refused
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("name", ["system", "dotted", "in an array"])
def test_opening_such_a_file_names_what_it_wanted_and_runs_nothing(
    name: str, tmp_path: Path
) -> None:
    with pytest.raises(Invalid, match=r"would import .*system.* not on the list"):
        open_model(gadgets(tmp_path / "canary")[name])
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_compression_hides_no_names(compression: str, tmp_path: Path) -> None:
    stream = io.BytesIO()
    joblib.dump(
        {"deep": [system(tmp_path / "x")]}, stream, compress=(compression, 3) if compression else 0
    )
    listing = list_file(stream.getvalue())
    assert ("posix", "system") in listing.names
    assert listing.compression == compression


@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_of_pickle_is_read(protocol: int) -> None:
    content = pickle.dumps([LogisticRegression(), Call(os.system, "true")], protocol)
    assert ("posix", "system") in list_file(content).names


def test_a_module_is_trusted_by_its_full_name_alone() -> None:
    names = [("decimal", "Context"), ("decimal", "Decimal.from_float"), ("os.path", "join")]
    found, refused = resolve(names, trusted=("decimal",))
    assert [*found] == [("decimal", "Context")]
    assert refused == ["decimal.Decimal.from_float", "os.path.join"]


def test_a_name_that_is_only_imported_into_a_trusted_module_is_refused() -> None:
    assert resolve([("zipfile", "os")], trusted=("zipfile",))[1] == ["zipfile.os"]


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.fixture(scope="module")
def unlisted() -> Iterator[Jail]:
    """The jail by itself: every name may be imported."""
    names = [
        *(("posix", name) for name in ("system", "open", "mkdir", "fork", "kill", "execv")),
        *(("builtins", name) for name in ("eval", "exec", "open", "bytearray", "list", "range")),
        *(("subprocess", "Popen"), ("socket", "create_connection"), ("_socket", "socket")),
        *(("ctypes", "string_at"), ("collections", "deque"), ("joblib.numpy_pickle", "load")),
        *(("numpy", "ones"), ("urllib.request", "urlopen"), ("shutil", "rmtree")),
        *(("numpy.f2py.crackfortran", "myeval"), ("io", "open"), ("_io", "open")),
    ]
    options: dict[str, object] = {"names": names, "listed_only": False, "convert": False}
    with Jail(OPENING_TASK, options, QUICK) as jail:
        yield jail


def test_without_the_list_the_jail_alone_lets_nothing_out(
    unlisted: Jail, tmp_path: Path, listener: socket.socket
) -> None:
    canary, port = tmp_path / "canary", listener.getsockname()[1]
    victim = tmp_path / "victim"
    victim.mkdir()
    attacks = [
        system(canary),
        Call(subprocess.Popen, ["touch", str(canary)]),
        Call(eval, f"open({str(canary)!r}, 'w').write('x')"),
        Call(exec, f"import os; os.mkdir({str(canary)!r})"),
        Call(exec, f"import os; os.fork() or os.system('touch {canary}')"),
        Call(os.mkdir, str(canary)),
        Call(os.execv, "/bin/touch", ["touch", str(canary)]),
        Call(os.kill, os.getpid(), 9),
        Call(socket.create_connection, ("127.0.0.1", port)),
        Call(exec, f"import urllib.request as u; u.urlopen('http://127.0.0.1:{port}/')"),
        Call(exec, f"import shutil; shutil.rmtree({str(victim)!r})"),
        Call(open, "/etc/passwd"),
        Call(exec, "import ctypes; ctypes.CDLL(None).ptrace(16, 1, 0, 0)"),
    ]
    for attack in attacks:
        with pytest.raises(ModelyardError):
            unlisted.ask(dumped(attack))
    assert not canary.exists()
    assert victim.exists()
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_without_the_list_a_crash_or_a_loop_ends_the_child_alone(unlisted: Jail) -> None:
    import ctypes

    with pytest.raises(ModelyardError, match="crashed in native code"):
        unlisted.ask(dumped(Call(ctypes.string_at, 0)))
    with pytest.raises(ModelyardError, match="not done after 1"):
        unlisted.ask(dumped(Call(exec, "while True: pass")), 1)
    with pytest.raises(ModelyardError, match="more memory than it may"):
        unlisted.ask(dumped(Call(bytearray, 10**11)))


def test_a_bomb_of_listed_names_takes_no_more_than_it_may() -> None:
    content = pickle.dumps(Call(deque, range(10**12), 1))
    with pytest.raises(ModelyardError, match="processor's time"):
        open_model(content, limits=Limits(cpu_s=1, wall_s=60))
    content = pickle.dumps(Call(list, range(10**11)))
    with pytest.raises(Invalid, match="more memory than it may"):
        open_model(content, limits=QUICK)


def test_a_small_file_that_grows_without_end_is_refused() -> None:
    bomb = zlib.compress(zlib.compress(bytes(50 * 2**20)))
    assert len(bomb) < 1000
    with pytest.raises(Invalid, match="larger than 20 MB when decompressed"):
        unpack(zlib.decompress(bomb), most_bytes=20 * 2**20)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_short_is_named_so(share: float) -> None:
    whole = dumped(DecisionTreeClassifier().fit([[0.0], [1.0]], [0, 1]))
    for content in (whole, zlib.compress(whole)):
        with pytest.raises(Invalid, match="cut short"):
            list_file(content[: int(len(content) * share)])


def test_an_archive_is_no_model() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("model.joblib", dumped(LogisticRegression()))
    with pytest.raises(Invalid, match=r"is a ZIP archive \(model.joblib\), not a model"):
        list_file(stream.getvalue())


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80", bytes(1000), b"<html>", b"{}"])
def test_what_is_no_model_is_refused_in_plain_words(content: bytes) -> None:
    with pytest.raises(Invalid):
        list_file(content)


def test_an_array_that_claims_to_be_longer_than_the_file_is_refused() -> None:
    content = dumped(np.arange(1000.0)).replace(b"M\xe8\x03", b"M\xff\xff")
    with pytest.raises(Invalid, match="cut short"):
        list_file(content)


@pytest.mark.parametrize("wrong", [10**6, -7, 0])
def test_a_tree_whose_nodes_lead_elsewhere_is_refused_before_it_is_asked(wrong: int) -> None:
    tree = DecisionTreeClassifier().fit(np.arange(8.0).reshape(8, 1), [0, 1] * 4)
    state: Any = tree.tree_.__getstate__()
    state["nodes"]["left_child"][1] = wrong
    tree.tree_.__setstate__(state)
    from modelyard.models.bounds import check_trees

    with pytest.raises(Invalid, match="damaged tree"):
        check_trees(tree)


def test_a_tree_that_reads_columns_it_is_not_given_is_refused() -> None:
    tree = DecisionTreeClassifier().fit(np.arange(8.0).reshape(8, 1), [0, 1] * 4)
    state: Any = tree.tree_.__getstate__()
    state["nodes"]["feature"][0] = 50
    tree.tree_.__setstate__(state)
    with pytest.raises(Invalid, match="damaged tree"):
        open_model(dumped(tree))


def test_own_classes_are_refused_by_name_until_their_module_is_trusted() -> None:
    content = named_call("statistics", "NormalDist", 0.0, 1.0)
    with pytest.raises(Invalid, match=r"would import statistics\.NormalDist"):
        open_model(content)
    with pytest.raises(Invalid, match="which cannot predict"):
        open_model(content, trusted=("statistics",))
