"""The program that sends: Locust's client, in a process of its own, at times given to it.

Each request goes out at its time in a greenlet of its own, whether or not those before it are
answered. A line of JSON on standard input is one load; the answers to it are one line on standard
output. Locust patches the whole process at its import: nothing else runs in here.
"""

import json
import os
import sys
import time
from contextlib import suppress
from typing import Any

CONNECTIONS = 4_000
"""The most at a time. Who finds none waits, and the wait counts."""
DEAD_AFTER_S = 2.0
"""A service that refuses connections for so long, without any answer, has died."""
DEAD_AFTER = 20


class Sending:
    """One load while it is sent."""

    def __init__(self, order: dict[str, Any], session: Any) -> None:
        self.order, self.session = order, session
        self.parent = os.getppid()
        """Who wanted the load: without them nobody would end it."""
        self.rows: list[tuple[float, float, float, int]] = []
        self.refused_since: float | None = None
        self.refused = 0
        self.died_s: float | None = None

    def send_all(self) -> dict[str, Any]:
        """Send what is due when it is due, and wait for the last answer."""
        import gevent
        from gevent.pool import Group

        group = Group()
        begin = time.perf_counter() + 0.05
        for due, route in zip(self.order["due_s"], self.order["routes"], strict=True):
            wait_s = begin + due - time.perf_counter()
            gevent.sleep(max(wait_s, 0))
            if self.died_s is not None:
                break
            if os.getppid() != self.parent:
                os._exit(1)
            group.spawn(self.send, begin, due, self.order["kinds"][route])
        group.join(timeout=self.order["timeout_s"] + 5)
        group.kill()
        return {"rows": self.rows, "died_s": self.died_s}

    def send(self, begin: float, due: float, route: dict[str, Any]) -> None:
        """Send one request, and note when it was due, sent and answered; status 0 for no answer."""
        sent = time.perf_counter()
        response = self.session.request(
            route["method"],
            route["path"],
            data=route["body"] or None,
            headers=self.order["headers"],
            name="-",
        )
        done = time.perf_counter()
        status = int(response.status_code or 0)
        self.rows.append((due, sent - begin - due, done - sent, status))
        self.note(done - begin, status)

    def note(self, now_s: float, status: int) -> None:
        """See whether the service has died."""
        if status:
            self.refused_since, self.refused = None, 0
            return
        self.refused += 1
        if self.refused_since is None:
            self.refused_since = now_s
        if self.refused >= DEAD_AFTER and now_s - self.refused_since >= DEAD_AFTER_S:
            self.died_s = self.died_s if self.died_s is not None else self.refused_since


def open_session(origin: str, timeout_s: float) -> Any:
    """Open a client of Locust that follows no redirection to anywhere."""
    from geventhttpclient.client import HTTPClientPool
    from locust.contrib.fasthttp import FastHttpSession
    from locust.event import EventHook

    hook: Any = EventHook
    pool = HTTPClientPool(
        concurrency=CONNECTIONS, connection_timeout=timeout_s, network_timeout=timeout_s
    )
    session = FastHttpSession(origin, hook(), None, insecure=False, client_pool=pool)
    client: Any = session.client
    client.redirect_response_codes = frozenset()
    return session


def main() -> None:
    """Send the loads that standard input names, one after another."""
    sessions: dict[tuple[str, float], Any] = {}
    for line in sys.stdin:
        order = json.loads(line)
        key = (order["origin"], order["timeout_s"])
        if key not in sessions:
            sessions[key] = open_session(*key)
        answer = Sending(order, sessions[key]).send_all()
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
