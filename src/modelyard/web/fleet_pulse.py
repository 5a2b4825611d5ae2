"""This web process in the fleet: it says that it lives, and hears whether it is to drain."""

import socket
import threading
from typing import TYPE_CHECKING

from modelyard import draining
from modelyard.fleet.pulse import Pulse, own_member
from modelyard.settings import Settings
from modelyard.version import VERSION
from modelyard.web.live import LiveServices

if TYPE_CHECKING:
    from modelyard.fleet.store import FleetStore

PULSE = "modelyard.pulse"
"""Where an application has the pulse of its process."""


class WebPulse:
    """Begins once, in the process that answers, whichever server has made the application."""

    def __init__(self, live: LiveServices, settings: Settings) -> None:
        self._live = live
        self._settings = settings
        self._begun = threading.Lock()
        self.pulse: Pulse | None = None

    def begin(self) -> None:
        """Say from now on that this process lives, unless that is done already."""
        if self._begun.acquire(blocking=False):
            self.make().begin()

    def make(self) -> Pulse:
        """Make the pulse of this process; it does not beat by itself."""
        host = socket.gethostname()
        address = self._settings.public_url or f"http://{host}:{self._settings.port}"
        member = own_member("web", host, address, self._settings.zone, VERSION)
        self.pulse = Pulse(self._store, member, draining.ask, self._settings.beat_s)
        return self.pulse

    def _store(self) -> "FleetStore":
        from modelyard.fleet.store import FleetStore

        return FleetStore(self._live.records.database)
