"""A thousand wrong sign-ins a minute: is anybody else locked out?

    python benchmarks/wrong_sign_ins.py [--seconds 60] [--per-minute 1000] [--web 4]

Starts a Postgres server and `modelyard serve` with several web processes, told that a proxy stands
in front, so that every request can come from an address of its own. One attacker guesses the
password of Ana. Meanwhile Ana signs in from the address that she always has, and Ben, who is not
attacked, from a new address each time.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "servers"), str(ROOT / "src")]
PASSWORD = "seven quiet herons"


@dataclass
class Tally:
    """The answers to one kind of caller."""

    answers: dict[int, int] = field(default_factory=dict)
    times_s: list[float] = field(default_factory=list)

    def add(self, status: int, time_s: float) -> None:
        self.answers[status] = self.answers.get(status, 0) + 1
        self.times_s.append(time_s)


def sign_in(port: int, email: str, password: str, address: str) -> tuple[int, float]:
    """Send the form of the sign-in page as a browser at `address` does."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
        "X-Forwarded-For": address,
    }
    began = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    body = urlencode({"email": email, "password": password})
    connection.request("POST", "/sign-in", body, headers)
    status = connection.getresponse().status
    connection.close()
    return status, time.perf_counter() - began


def attack(port: int, per_minute: float, is_over: threading.Event, tally: Tally) -> None:
    """Guess at a steady pace, each guess in a thread of its own."""
    number, due = 0, time.monotonic()
    while not is_over.is_set():
        number, due = number + 1, due + 60 / per_minute
        guess = ("ana@example.com", f"wrong guess {number}", "203.0.113.9")
        threading.Thread(target=lambda guess=guess: tally.add(*sign_in(port, *guess))).start()
        time.sleep(max(0.0, due - time.monotonic()))


def serve(folder: Path, url: str, web: int) -> tuple["subprocess.Popen[bytes]", int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = os.environ | {
        "PYTHONPATH": str(ROOT / "src"),
        "MODELYARD_DATABASE_URL": url,
        "MODELYARD_STATE": str(folder / "state"),
        "MODELYARD_PROXIES": "1",
        "MODELYARD_RUN_WORKERS": "0",
        "MODELYARD_WORKERS": str(web),
    }
    program = [sys.executable, "-m", "modelyard"]
    for email in ("ana@example.com", "ben@example.com"):
        add = [*program, "users", "add", email, "--role", "owner", "--password-stdin"]
        subprocess.run(
            [*add, "-w", str(folder)], env=environ, check=True, input=PASSWORD, text=True
        )
    command = [*program, "serve", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5).close()
            break
        except OSError:
            time.sleep(0.1)
    return process, port


def main() -> None:
    from postgres_server import postgres_server

    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--per-minute", type=float, default=1000)
    parser.add_argument("--web", type=int, default=4)
    options = parser.parse_args()
    tallies = {name: Tally() for name in ("guesses", "Ana, usual address", "Ben, new addresses")}
    with tempfile.TemporaryDirectory() as name, postgres_server() as server:
        folder = Path(name)
        (folder / "table.csv").write_text("a\n1\n")
        process, port = serve(folder, server.make_database("yard"), options.web)
        usual = ("ana@example.com", PASSWORD, "198.51.100.7")
        assert sign_in(port, *usual)[0] == 303
        is_over, until = threading.Event(), time.monotonic() + options.seconds
        guesses = (port, options.per_minute, is_over, tallies["guesses"])
        attacker = threading.Thread(target=attack, args=guesses)
        attacker.start()
        number = 0
        while time.monotonic() < until:
            number += 1
            tallies["Ana, usual address"].add(*sign_in(port, *usual))
            other = ("ben@example.com", PASSWORD, f"192.0.2.{number % 250 + 1}")
            tallies["Ben, new addresses"].add(*sign_in(port, *other))
            time.sleep(2)
        is_over.set()
        attacker.join()
        process.terminate()
        process.wait(20)
    for name, tally in tallies.items():
        median = statistics.median(tally.times_s)
        print(f"{name:20} {sum(tally.answers.values()):6} sent, answers {tally.answers},", end=" ")
        print(f"median {median:.2f} s, worst {max(tally.times_s):.2f} s")
    for name in ("Ana, usual address", "Ben, new addresses"):
        assert set(tallies[name].answers) == {303}, f"{name} was refused"


if __name__ == "__main__":
    main()
