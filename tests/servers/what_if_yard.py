"""A service with what-if models and people, for tests that ask it without a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from modelyard.accounts.accounts import Accounts
from modelyard.accounts.actor import LAPTOP
from modelyard.accounts.resource import Resource
from modelyard.scenarios.asking import Bounds
from modelyard.settings import Settings
from modelyard.web import create_app
from modelyard.web.live import LIVE
from modelyard.workspace import starter

PASSWORD = "kettle ocean violet 9"
TOML = """
[workspace]
name = "Finance desk"

[scenarios.secret]
visibility = "private"
owner = "ana@example.com"

[scenarios.house]
visibility = "public"

[datasets.payroll]
source = "datasets/payroll.csv"
visibility = "private"
owner = "olga@example.com"
"""
BROKEN = """
from typing import Annotated
from modelyard.whatif import *

@what_if
def broken(x: Annotated[float, Number(minimum="y")] = 1.0) -> float:
    return x
"""
BOOKED = "month,mrr,day\n1,19000,2026-01-31\n99,28500,2026-02-28\n"
MODELS = '''
"""Models to try things on."""

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from modelyard.whatif import *


@dataclass
class Step:
    year: Annotated[int, Integer(minimum=1)]
    growth: Annotated[Decimal, Percent(minimum=-1, maximum=1)]


@what_if(title="Buying a house")
def house(
    price: Annotated[
        Decimal, Money("USD", minimum=1000, maximum=1_000_000, help="What is asked.", group="Deal")
    ] = Decimal(200_000),
    deposit: Annotated[Decimal, Money("USD", minimum=0, maximum="price * 0.5")] = Decimal(50_000),
    fee: Annotated[Decimal, Percent(locked=True)] = Decimal("0.02"),
    borrowed: Annotated[Decimal, Money("USD", derived="price - deposit")] = None,
    kind: Literal["flat", "villa"] = "flat",
    plan: Annotated[list[Step], Table(most_rows=5)] = [Step(1, Decimal("0.05"))],
) -> Annotated[Decimal, Money("USD", title="To pay")]:
    """Borrow what is not there, with a fee."""
    return cents(borrowed * (1 + fee) + (1000 if kind == "villa" else 0) * len(plan))


@what_if(title="<script>alert(1)</script>")
def nasty(
    word: Annotated[
        str, Text(title="<img src=x onerror=alert(2)>", help="<b>&</b>", group="\\"><script>")
    ] = "=1+1",
) -> Annotated[str, Text(title="<svg onload=alert(3)>")]:
    """Markup <script>alert(4)</script> everywhere."""
    return word


@what_if
def moody(mood: Literal["well", "hang", "raise", "end"] = "well") -> Annotated[float, Number()]:
    """Work, hang, raise or end the process."""
    if mood == "hang":
        time.sleep(600)
    if mood == "end":
        import os

        os._exit(3)
    return 1 / 0 if mood == "raise" else 1.0


@what_if
def secret(pay: Annotated[float, Money("USD")] = 1.0) -> Annotated[float, Money("USD")]:
    """Nobody is to know."""
    return pay
'''


@dataclass
class WhatIfYard:
    """Olga owns the service, Ana and Ben are analysts, Vic is a viewer."""

    app: Flask

    @property
    def accounts(self) -> Accounts:
        return cast("Accounts", self.app.extensions[LIVE].records.accounts)

    def browser(self, email: str = "") -> FlaskClient:
        """A browser, in which somebody is signed in; its forms come from our own pages."""
        client = self.app.test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        client.environ_base["HTTP_ACCEPT"] = "text/html"
        if email:
            answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
        return client

    def program(self, email: str, *scopes: str, only: Resource | None = None) -> FlaskClient:
        """A program with a token of somebody."""
        user = self.accounts.users.find_by_email(email)
        assert user is not None
        _, token = self.accounts.tokens.create(user, "test", scopes, only=only, by=user.as_actor())
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client


@contextmanager
def what_if_yard(folder: Path, **settings: Any) -> Iterator[WhatIfYard]:
    """Serve a folder with models, as one application for many tests."""
    example = Path(starter.__file__).parent / "files" / "scenarios"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "modelyard.toml").write_text(TOML)
    (folder / "scenarios" / "models.py").write_text(MODELS)
    (folder / "scenarios" / "broken.py").write_text(BROKEN)
    (folder / "datasets").mkdir()
    (folder / "datasets" / "booked.csv").write_text(BOOKED)
    (folder / "datasets" / "payroll.csv").write_text("a,b\n1,2\n")
    for name in ("loan.py", "subscription.py"):
        (folder / "scenarios" / name).write_text((example / name).read_text())
    chosen = Settings(workspace=folder, state=folder.parent / "state", **settings)
    app = create_app(chosen)
    live = app.extensions[LIVE]
    live.records.scenarios.offers.asking.bounds = Bounds(timeout_s=5)
    yard = WhatIfYard(app)
    yard.accounts.users.ground.passwords.given = PasswordHasher(1, 8, 1)  # type: ignore[assignment]
    for name, role in (
        *(("olga", "owner"), ("ana", "analyst"), ("ben", "analyst"), ("vic", "viewer")),
    ):
        email = f"{name}@example.com"
        yard.accounts.users.add(email, role, by=LAPTOP, password=PASSWORD, name=name.title())
    try:
        yield yard
    finally:
        live.answers.children.stop()
        live.records.scenarios.stop()
