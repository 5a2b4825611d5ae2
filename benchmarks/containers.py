"""The image of the example: how large it is, how soon it answers, how much memory it takes.

Usage: python benchmarks/containers.py [slim|full ...]   (by default both are built)
Needs Docker. Both images are of the workspace that `modelyard new --example` makes.
"""

import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from pathlib import Path

BASE = "python:3.11-slim-bookworm"
DOCKER = shutil.which("/usr/bin/docker") or shutil.which("docker")
LIMITS = ("--read-only", "--tmpfs", "/tmp", "--memory", "512m", "--cap-drop", "ALL")
STARTS = 5
MEGABYTE = 1_000_000


def docker(*words: object) -> str:
    done = subprocess.run(
        [str(DOCKER), *map(str, words)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def modelyard(*words: object) -> None:
    subprocess.run([sys.executable, "-m", "modelyard", *map(str, words)], check=True)


def unpacked_bytes(image: str) -> int:
    return int(docker("image", "inspect", image, "--format", "{{.Size}}"))


def packed_bytes(image: str) -> int:
    """What a registry keeps and a machine fetches, about: gzip at its lowest level."""
    packer, total = zlib.compressobj(1), 0
    with subprocess.Popen([str(DOCKER), "save", image], stdout=subprocess.PIPE) as saving:
        assert saving.stdout is not None
        while piece := saving.stdout.read(MEGABYTE):
            total += len(packer.compress(piece))
    return total + len(packer.flush())


def start(image: str) -> tuple[str, str, float]:
    """Start a container; gives its name, its address, and the seconds until it was ready."""
    began = time.monotonic()
    name = docker(
        *("run", "--detach", "--publish", "127.0.0.1::8080", *LIMITS),
        *("--env", "MODELYARD_PUBLIC=true", image),
    )
    address = f"http://127.0.0.1:{docker('port', name, '8080').rpartition(':')[2]}"
    while True:
        try:
            urllib.request.urlopen(f"{address}/health/ready", timeout=5).close()
            return name, address, time.monotonic() - began
        except OSError:
            time.sleep(0.01)


def memory_after_work(name: str, address: str) -> str:
    """Ask for statistics and a page of rows of 336,776 flights, and read what is in use then."""
    for path in ("/api/v1/datasets/flights/statistics", "/api/v1/datasets/flights/rows?size=100"):
        urllib.request.urlopen(address + path, timeout=120).read()
    return docker("stats", "--no-stream", "--format", "{{.MemUsage}}", name)


def measure(kind: str, folder: Path) -> None:
    image = f"modelyard-benchmark:{kind}"
    slim = ["--slim"] if kind == "slim" else []
    began = time.monotonic()
    modelyard("image", "build", "--tag", image, "-w", folder, *slim)
    built = time.monotonic() - began
    base = unpacked_bytes(BASE)
    unpacked = unpacked_bytes(image)
    print(f"\n{kind}: built in {built:.0f} s (0 where layers were there already)")
    print(
        f"  unpacked     {unpacked / MEGABYTE:6.0f} MB, of which the base {base / MEGABYTE:.0f} MB"
    )
    print(f"  to fetch     {packed_bytes(image) / MEGABYTE:6.0f} MB, about")
    times, memory = [], ""
    for number in range(STARTS):
        name, address, took = start(image)
        times.append(took)
        if number == STARTS - 1:
            memory = memory_after_work(name, address)
        docker("rm", "--force", "--volumes", name)
    median = sorted(times)[len(times) // 2]
    print(
        f"  ready after  {median:6.2f} s from docker run ({STARTS} starts, best {min(times):.2f})"
    )
    print(f"  memory       {memory}, after statistics of the flights")


def main() -> None:
    if DOCKER is None:
        print("Docker is not here: nothing is measured.")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "demo"
        modelyard("new", folder, "--example")
        for kind in sys.argv[1:] or ("slim", "full"):
            measure(kind, folder)


if __name__ == "__main__":
    main()
