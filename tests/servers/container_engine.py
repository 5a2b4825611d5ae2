"""Docker for the tests: the one that is here, or a reason why there is none."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

DOCKERS = ("/usr/bin/docker", "docker")
"""A client without buildx may come first on the PATH."""
BASE = "python:3.11-slim-bookworm"
PATIENCE_S = 900
HIDDEN = "hidden-from-every-layer"
"""What stands in the files of a workspace that must not go into its image."""


@dataclass(frozen=True)
class Engine:
    """A Docker that answers, with compose."""

    program: str

    @property
    def environ(self) -> dict[str, str]:
        """Give the environment in which `docker` is this one."""
        path = f"{Path(self.program).parent}{os.pathsep}{os.environ['PATH']}"
        return os.environ | {"PATH": path, "DOCKER_BUILDKIT": "1"}

    def run(self, *words: object, check: bool = True, **more: object) -> str:
        """Run a command of docker, and give what it printed."""
        done = subprocess.run(
            [self.program, *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
            env=self.environ,
            **more,  # type: ignore[call-overload]
        )
        assert done.returncode == 0 or not check, f"docker {words}\n{done.stdout}\n{done.stderr}"
        return str(done.stdout)


def find_engine() -> Engine:
    """Find an engine that can build the image; raises LookupError, saying what is missing."""
    missing = "docker is not installed"
    for name in DOCKERS:
        program = shutil.which(name)
        if program is None:
            continue
        for words, what in (
            (("info",), "the Docker engine does not answer"),
            (("buildx", "version"), "docker has no buildx"),
            (("compose", "version"), "docker has no compose"),
        ):
            if subprocess.run([program, *words], capture_output=True, check=False).returncode:
                missing = what
                break
        else:
            return Engine(program)
    raise LookupError(f"{missing}: scripts/prepare-tests starts one where it can")


def has_base(engine: Engine) -> bool:
    """Tell whether the base image is here, or can be had."""
    if engine.run("image", "ls", "--quiet", BASE).strip():
        return True
    pull = [engine.program, "pull", "--quiet", BASE]
    return subprocess.run(pull, capture_output=True, check=False).returncode == 0
