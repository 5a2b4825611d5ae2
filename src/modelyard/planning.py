"""The what-if models of a service, joined with its records at the first use."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelyard.accounts.accounts import Accounts
    from modelyard.accounts.actor import Actor, Scope
    from modelyard.accounts.decision import Decision
    from modelyard.accounts.resource import Resource, Visibility
    from modelyard.scenarios.warehouse import Warehouse
    from modelyard.scenarios.what_ifs import WhatIfs
    from modelyard.scenarios.work import Tools
    from modelyard.wiring import Services

VisibilityOf = Callable[["Resource"], "Visibility"]


@dataclass(eq=False)
class Planning:
    """What-if models and what their runs need; nothing is loaded before somebody asks."""

    services: "Services"
    accounts: "Accounts"
    visibility_of: VisibilityOf
    first_of: Callable[[str], str]
    """Gives the run of which a run is a retry."""
    _joined: "WhatIfs | None" = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def what_ifs(self) -> "WhatIfs":
        """Give the what-if models, with one set of workers for all who ask."""
        with self._lock:
            if self._joined is None:
                self._joined = self._join()
            return self._joined

    def stop(self) -> None:
        """End the workers that wait, where any were started."""
        if self._joined is not None:
            self._joined.stop()

    def tools(self) -> "Tools":
        """Give what runs of what-if models work with."""
        from modelyard.scenarios.work import Tools

        return Tools(self.what_ifs, self.warehouse, self.first_of)

    def warehouse(self) -> "Warehouse":
        """Give where runs write their outputs; nothing is asked of it yet.

        Raises Invalid where the setting names none that is known.
        """
        from modelyard.scenarios.warehouse import open_warehouse

        settings, workspace = self.services.settings, self.services.workspace
        kept = settings.data_for(workspace.root, workspace.has_file)
        return open_warehouse(settings.warehouse, kept)

    def find_base(self, resource: "Resource") -> "Resource | None":
        """Give the model of the folder that a what-if model of another name is based on, if any."""
        if resource.kind != "scenario":
            return None
        from modelyard.accounts.resource import Resource

        base = self.what_ifs().offers.find_base(resource.name)
        return Resource(resource.kind, base) if base else None

    def derived(
        self, decided: "Decision", actor: "Actor", scope: "Scope", resource: "Resource"
    ) -> "Decision":
        """Say what was decided of a resource, unless it is based on what is secret to them."""
        base = self.find_base(resource)
        if base is None:
            return decided
        from modelyard.accounts.derived import decide_derived

        return decide_derived(decided, actor, scope, base, self.visibility_of(base))

    def _join(self) -> "WhatIfs":
        from modelyard.accounts.decision import decide
        from modelyard.accounts.resource import Resource
        from modelyard.scenarios.opening import open_what_ifs
        from modelyard.scenarios.record import MODEL
        from modelyard.settings import child_environment

        def sees_model(actor: "Actor", name: str) -> bool:
            resource = Resource(MODEL, name)
            decided = decide(actor, "read", resource, self.visibility_of(resource))
            return self.derived(decided, actor, "read", resource).is_allowed

        environ = child_environment(self.services.settings)
        root, sharing = self.services.workspace.root, self.accounts.sharing
        return open_what_ifs(root, environ, sharing, sees_model)
