"""Images go to a registry and come back by their digest, also where the registry dies meanwhile."""

import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from container_engine import Engine

from modelyard.deploy.runner import run
from modelyard.deploy.source import push_steps
from modelyard.errors import Unavailable

pytestmark = [
    pytest.mark.containers,
    pytest.mark.skipif(
        shutil.which("docker-registry") is None, reason="docker-registry is not installed"
    ),
]
CONFIG = """version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}/images}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
MANIFESTS = "application/vnd.docker.distribution.manifest.v2+json"


@dataclass
class Registry:
    """A registry on this machine, which can be killed and begun again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """Name an image in it."""
        return f"127.0.0.1:{self.port}/yard"

    def begin(self) -> None:
        """Start it, and wait until it answers."""
        config = self.folder / "config.yml"
        config.write_text(CONFIG.format(folder=self.folder, port=self.port))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["docker-registry", "serve", config], stdout=log, stderr=log
            )
        until = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v2/", timeout=5).close()
                return
            except OSError:
                assert time.monotonic() < until, (self.folder / "log").read_text()
                time.sleep(0.1)

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)

    def has_begun_to_take(self) -> bool:
        """Tell whether a layer is on its way, or here."""
        return any(path.is_file() for path in (self.folder / "images").rglob("*"))

    def digest_of(self, tag: str) -> str:
        """Give the digest of an image, as the registry says it."""
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v2/yard/manifests/{tag}", headers={"Accept": MANIFESTS}
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return str(answer.headers["Docker-Content-Digest"])


@pytest.fixture
def registry(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made = Registry(tmp_path, free.getsockname()[1])
    monkeypatch.setenv("PATH", engine.environ["PATH"])
    made.begin()
    yield made
    made.kill()
    for image in engine.run("image", "ls", "--quiet", made.name, check=False).split():
        engine.run("image", "rm", "--force", image, check=False)


def test_an_image_that_was_pushed_is_run_by_its_digest(engine, image, registry):
    engine.run("tag", image, f"{registry.name}:first")
    run(push_steps(registry.name, "first"))
    digest = registry.digest_of("first")
    engine.run("image", "rm", f"{registry.name}:first")
    engine.run("pull", "--quiet", f"{registry.name}@{digest}")
    said = engine.run("run", "--rm", f"{registry.name}@{digest}", "--version")
    assert "modelyard" in said.lower()


def test_a_push_that_the_registry_does_not_survive_is_said_and_goes_on_later(
    engine, image, registry
):
    engine.run("tag", image, f"{registry.name}:second")
    pushing = subprocess.Popen(
        ["docker", "push", "--quiet", f"{registry.name}:second"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while pushing.poll() is None and not registry.has_begun_to_take():
        time.sleep(0.02)
    registry.kill()
    pushing.kill()
    pushing.wait(10)
    with pytest.raises(Unavailable) as fault:
        run(push_steps(registry.name, "second"))
    assert "registry" in str(fault.value)
    with pytest.raises(urllib.error.URLError):
        registry.digest_of("second")
    registry.begin()
    run(push_steps(registry.name, "second"))
    assert registry.digest_of("second").startswith("sha256:")
