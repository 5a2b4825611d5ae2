"""Uploads of models that would do harm, and callers who may not send any."""

import io
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

sys.path.append(str(Path(__file__).parents[1] / "models"))

from hostile import Call, dumped, inside_an_array, named_call
from model_yard import line

ROOT = "/api/v1/models"
OCTETS = "application/octet-stream"
LINE = line(2.0)


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("blobs"))


@pytest.fixture
def yard(folder: Path, make_client: Callable[..., FlaskClient], blobs: str) -> FlaskClient:
    return make_client(folder, blobs=blobs, model_bytes=200_000)


def send(client: Any, content: bytes, name: str = "m.joblib", **headers: str) -> Any:
    address = f"{ROOT}/m/versions"
    return client.post(
        address,
        query_string={"file_name": name},
        data=content,
        content_type=OCTETS,
        headers=headers,
    )


def zipped(content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as files:
        files.writestr("m.joblib", content)
    return stream.getvalue()


NAMES = ("system", "in an array", "compressed", "dotted", "zip-wrapped", "truncated", "text")


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_file_is_refused_and_nothing_of_it_runs(
    yard: FlaskClient, name: str, tmp_path: Path
) -> None:
    content, words = hostile_file(name, tmp_path / "canary")
    answer = send(yard, content)
    assert answer.status_code == 422, answer.text
    assert words in answer.json["detail"]
    assert not (tmp_path / "canary").exists()
    assert yard.get(f"{ROOT}/m").json["served"] is None
    assert yard.post(f"{ROOT}/m/predict", json={"x0": 1}).status_code in {404, 405, 409}


def hostile_file(name: str, canary: Path) -> tuple[bytes, str]:
    system = Call(os.system, f"touch {canary}")
    if name == "truncated":
        return LINE[: len(LINE) // 2], ""
    if name == "text":
        return b"import os; os.system('touch /tmp/x')", ""
    if name == "zip-wrapped":
        return zipped(dumped(system)), ""
    if name == "dotted":
        return named_call("sklearn.datasets._base", "os.system", "x"), "would import"
    made = {
        "system": dumped(system),
        "in an array": inside_an_array(system),
        "compressed": dumped(system, compress=("zlib", 9)),
    }
    return made[name], "would import posix.system"


def test_a_memory_bomb_ends_in_words(yard: FlaskClient) -> None:
    answer = send(yard, named_call("numpy", "ones", 2**40))
    assert answer.status_code == 422, answer.text
    assert yard.get("/health/live").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        *("../m.joblib", "/etc/m.joblib", "a\\m.joblib", ".joblib", ".m.joblib", "m.exe", "m"),
        *("m\0.joblib", "m\n.joblib", "m.joblib/", f"{'m' * 200}.joblib", "m.joblib\u202e"),
    ],
)
def test_a_file_name_that_plays_tricks_is_refused(yard: FlaskClient, name: str) -> None:
    assert send(yard, LINE, name).status_code == 422
    if "\\" not in name:
        form = {"file": (io.BytesIO(LINE), name)}
        answer = yard.post(f"{ROOT}/m/versions", data=form)
        assert answer.status_code in {400, 422}, answer.text
    assert yard.get(f"{ROOT}/m").status_code == 404


@pytest.mark.parametrize("name", ["..", ".m", "m%00", "m%2F..", "m n", "%E2%80%AEm", "m" * 101])
def test_a_model_has_no_odd_name(yard: FlaskClient, name: str) -> None:
    address = f"{ROOT}/{name}/versions?file_name=m.joblib"
    answer = yard.post(address, data=LINE, content_type=OCTETS)
    assert answer.status_code in {404, 422, 308}, answer.text
    assert yard.get(ROOT).json["models"] == []


def test_a_file_that_is_too_large_is_refused(yard: FlaskClient) -> None:
    assert send(yard, b"x" * 200_001).status_code == 413
    assert send(yard, b"x" * 3_000_000).status_code == 413
    form = {"file": (io.BytesIO(b"x" * 200_001), "m.joblib")}
    assert yard.post(f"{ROOT}/m/versions", data=form).status_code == 413
    form = {
        "sidecar": (io.BytesIO(b"x" * 300_000), "m.toml"),
        "file": (io.BytesIO(LINE), "m.joblib"),
    }
    assert yard.post(f"{ROOT}/m/versions", data=form).status_code == 422
    assert yard.get(f"{ROOT}/m").status_code == 404


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data"),
        (b"", "multipart/form-data; boundary=x"),
        (b"--x--\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        (b"a" * 1_190_000, "multipart/form-data; boundary=x"),
        (b"--x\r\nA: " + b"a" * 1_190_000, "multipart/form-data; boundary=x"),
        (
            b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--",
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="m.joblib"\r\n\r\nabc',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (b"--x\r\n" * 200_000, "multipart/form-data; boundary=x"),
    ],
)
def test_a_broken_form_is_refused(yard: FlaskClient, body: bytes, kind: str) -> None:
    answer = yard.post(f"{ROOT}/m/versions", data=body, content_type=kind)
    assert answer.status_code in {400, 413, 422}, answer.text
    assert yard.get(f"{ROOT}/m").status_code == 404


def test_who_may_not_write_is_refused_before_anything_is_read(
    make_team: Callable[..., Any], blobs: str
) -> None:
    team = make_team(blobs=blobs)

    class Untouched(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _: Any) -> int:
            raise AssertionError("the body was read")

    readers = (
        ({}, 401),
        (team.token("vic@example.com", "read"), 403),
        (team.token("ana@example.com", "read", "run"), 403),
        ({"Authorization": "Bearer myd_wrong"}, 401),
    )
    for headers, status in readers:
        client = team.app.test_client()
        answer = client.post(
            f"{ROOT}/m/versions?file_name=m.joblib",
            environ_overrides={"wsgi.input": Untouched(), "CONTENT_LENGTH": "500"},
            content_type=OCTETS,
            headers=headers,
        )
        assert answer.status_code == status, answer.text


def test_another_site_cannot_have_a_browser_publish(
    make_team: Callable[..., Any], blobs: str
) -> None:
    team = make_team(blobs=blobs)
    browser = team.signed_in("ana@example.com")
    for site in ("cross-site", "same-site"):
        browser.environ_base["HTTP_SEC_FETCH_SITE"] = site
        for method, path in (
            ("post", "/versions"),
            ("put", "/aliases/champion"),
            ("post", "/rollback"),
            ("put", "/golden"),
            ("delete", ""),
        ):
            form = {"data": {"file": (io.BytesIO(LINE), "m.joblib")}}
            given = form if path == "/versions" else {"json": {}}
            answer = getattr(browser, method)(f"{ROOT}/m{path}", **given)
            assert answer.status_code == 403, (method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", "/aliases/champion"),
        ("delete", "/aliases/champion"),
        ("post", "/rollback"),
        ("put", "/golden"),
        ("delete", "/golden"),
        ("delete", "/versions/1"),
        ("delete", ""),
        ("get", "/versions/1/file"),
        ("put", "/access"),
    ],
)
def test_changing_a_model_takes_its_right(
    make_team: Callable[..., Any], blobs: str, method: str, path: str
) -> None:
    from modelyard.accounts.actor import LAPTOP
    from modelyard.accounts.resource import Resource
    from modelyard.models.kept_files import Received
    from modelyard.models.offer import Offer

    team = make_team(blobs=blobs)
    registry = team.app.extensions["modelyard"].records.models
    made = Offer(model="m", file_name="m.joblib").version(
        Received("0" * 64, 9), registry.store.clock(), LAPTOP
    )
    registry.store.enter(made, folder_digest="", by=LAPTOP)
    bodies = {"/aliases/champion": {"version": 1}, "/golden": {"rows": []}}
    given = {"json": bodies.get(path, {})} if method in {"put", "post"} else {}
    others = Resource("model", "other")
    reader = team.token("vic@example.com", "read")
    elsewhere = team.token("ana@example.com", "read", "write", only=others)
    client = team.app.test_client()
    assert getattr(client, method)(f"{ROOT}/m{path}", headers=reader, **given).status_code == 403
    assert getattr(client, method)(f"{ROOT}/m{path}", headers=elsewhere, **given).status_code == 404
    assert getattr(client, method)(f"{ROOT}/m{path}", **given).status_code == 401
    assert registry.find_model("m") is not None


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A real server with four threads."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "modelyard.toml").write_text("")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "modelyard", "serve", str(folder), "--threads", "4"]
    env = os.environ | {"MODELYARD_RUN_WORKERS": "0", "MODELYARD_MODEL_BYTES": "2000000"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--port", str(port)], env=env, stdout=log, stderr=log)
    found = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            try:
                status(f"{found}/health/ready")
                break
            except OSError:
                assert time.monotonic() < until, (tmp_path / "log").read_text()
                time.sleep(0.05)
        yield found
    finally:
        process.terminate()
        process.wait(20)


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=15) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="m.joblib"\r\n\r\n' + LINE
HALVES = (
    (f"Content-Length: {len(LINE)}\r\nContent-Type: {OCTETS}\r\n\r\n".encode() + LINE[:300]),
    (
        f"Content-Length: {len(FORM) + 9}\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
    ).encode()
    + FORM,
    b"Transfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
    + f"{len(FORM):x}\r\n".encode()
    + FORM
    + b"\r\n",
)


@pytest.mark.server
def test_half_an_upload_is_no_version_and_slow_ones_leave_threads_for_others(address: str) -> None:
    port = int(address.rpartition(":")[2])
    head = b"POST /api/v1/models/m/versions?file_name=m.joblib HTTP/1.1\r\nHost: localhost\r\n"
    for half in HALVES:
        with socket.create_connection(("127.0.0.1", port)) as cut:
            cut.sendall(head + half)
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]
    try:
        for one in slow:
            one.sendall(head + HALVES[0])
        assert status(f"{address}/health/live") == 200
        assert status(f"{address}{ROOT}/m") == 404
    finally:
        for one in slow:
            one.close()
    until = time.monotonic() + 30
    while True:
        request = urllib.request.Request(
            f"{address}{ROOT}/m/versions?file_name=m.joblib", LINE, {"Content-Type": OCTETS}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                assert answer.status == 201
            break
        except urllib.error.HTTPError as busy:
            assert busy.code == 503
            assert time.monotonic() < until, "the places did not come back"
            time.sleep(0.2)
    assert status(f"{address}{ROOT}/m") == 200
