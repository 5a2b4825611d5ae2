"""A small workspace and a client of the service that serves it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient

from modelyard.accounts.accounts import Accounts
from modelyard.accounts.actor import LAPTOP
from modelyard.accounts.links import PATHS, Purpose
from modelyard.accounts.resource import Resource
from modelyard.accounts.user import User
from modelyard.settings import Settings
from modelyard.web import create_app
from modelyard.web.live import LIVE

TOML = """
[workspace]
name = "Test yard"
default_dataset = "flights"

[datasets.flights]
source = "datasets/flights.csv"
title = "Flights"

[datasets.gone]
source = "datasets/gone.parquet"
"""
FLIGHTS = "".join(
    f"{carrier},{delay},2024-01-{day:02d},{day % 2 == 0}\n"
    for day in range(1, 29)
    for carrier, delay in (("UA", day * 3 % 17), ("DL", day * 7 % 23), ("", 500 if day == 3 else 2))
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with a good, a broken, a missing and an unlisted dataset."""
    files = tmp_path / "yard" / "datasets"
    files.mkdir(parents=True)
    (tmp_path / "yard" / "modelyard.toml").write_text(TOML)
    (files / "flights.csv").write_text("carrier,delay,day,even\n" + FLIGHTS.replace("T", "t"))
    (files / "broken.parquet").write_bytes(b"PAR1 this is not a Parquet file")
    (files / "big.csv").write_text("id,amount\n9007199254740993,1.5\n9223372036854775807,2.5\n")
    return tmp_path / "yard"


@pytest.fixture
def make_client(tmp_path: Path) -> Iterator[Callable[..., FlaskClient]]:
    """Make clients of the service for a folder; its child processes end with the test."""
    apps = []

    def make(folder: Path, **settings: object) -> FlaskClient:
        chosen = Settings(workspace=folder, state=tmp_path / "state", **settings)  # type: ignore[arg-type]
        app = create_app(chosen)
        apps.append(app)
        return app.test_client()

    yield make
    for app in apps:
        app.extensions[LIVE].answers.children.stop()


@pytest.fixture
def client(folder: Path, make_client: Callable[..., FlaskClient]) -> FlaskClient:
    """A client of the service for the small workspace."""
    return make_client(folder)


PASSWORD = "kettle ocean violet 9"
TEAM_TOML = """
[workspace]
name = "Team yard"
default_dataset = "flights"

[datasets.flights]
source = "datasets/flights.csv"
title = "Flights"

[datasets.ledger]
source = "datasets/big.csv"
visibility = "private"
owner = "ana@example.com"

[datasets.payroll]
source = "datasets/payroll.parquet"
visibility = "private"
owner = "ana@example.com"

[datasets.ours]
source = "datasets/big.csv"
visibility = "shared"
owner = "ana@example.com"
shared_with = ["vic@example.com"]
"""


class CountingHasher:
    """Argon2id with the least of work, which counts how often it is asked to verify."""

    def __init__(self) -> None:
        from argon2 import PasswordHasher

        self.real = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0

    def hash(self, password: str) -> str:
        return self.real.hash(password)

    def verify(self, hash: str, password: str) -> bool:
        self.verified += 1
        return self.real.verify(hash, password)

    def check_needs_rehash(self, hash: str) -> bool:
        return False


@dataclass
class Team:
    """A service with people: Olga owns it, Ana is an analyst, Vic a viewer."""

    app: Flask
    folder: Path
    hasher: CountingHasher

    @property
    def accounts(self) -> Accounts:
        return cast("Accounts", self.app.extensions[LIVE].records.accounts)

    def user(self, email: str) -> User:
        found = self.accounts.users.find_by_email(email)
        assert found is not None
        return found

    def browser(self) -> FlaskClient:
        """A browser, in which nobody is signed in; its forms come from our own pages."""
        client = self.app.test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        client.environ_base["HTTP_ACCEPT"] = "text/html"
        return client

    def signed_in(self, email: str) -> FlaskClient:
        """A browser in which somebody is signed in."""
        client = self.browser()
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def token(self, email: str, *scopes: str, only: Resource | None = None) -> dict[str, str]:
        """The header with a token of somebody."""
        user = self.user(email)
        accounts = self.accounts
        _, secret = accounts.tokens.create(user, "test", scopes, only=only, by=user.as_actor())
        return {"Authorization": f"Bearer {secret}"}

    def link(self, purpose: Purpose, email: str = "", role: str = "viewer") -> str:
        """The path of a new link."""
        secret = self.accounts.links.create(purpose, email, role, by=LAPTOP)
        return PATHS[purpose] + secret


@pytest.fixture
def make_team(
    folder: Path, make_client: Callable[..., FlaskClient], tmp_path: Path
) -> Callable[..., Team]:
    """Make a service with people, with the settings that are given."""

    def make(**settings: object) -> Team:
        (folder / "modelyard.toml").write_text(TEAM_TOML)
        app = make_client(folder, **settings).application
        hasher = CountingHasher()
        team = Team(app, folder, hasher)
        team.accounts.users.ground.passwords.given = hasher
        for name, role in (("olga", "owner"), ("ana", "analyst"), ("vic", "viewer")):
            email = f"{name}@example.com"
            team.accounts.users.add(email, role, by=LAPTOP, password=PASSWORD, name=name.title())
        return team

    return make


@pytest.fixture
def team(make_team: Callable[..., Team]) -> Team:
    """A service with people."""
    return make_team()


class Page(HTMLParser):
    """What of a page the strict policy would refuse, and what it links to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [given["id"] or ""] if "id" in given else []
        addresses = [given[key] or "" for key in ("href", "src", "action") if key in given]
        self.links += addresses
        inline = [name for name in given if name == "style" or name.startswith("on")]
        self.refused += [f"{tag} {name}" for name in inline]
        self.refused += [a for a in addresses if not a.startswith(("/", "#", "?", "http"))]
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.refused.append(tag)


@pytest.fixture
def make_page() -> Callable[[str], Page]:
    return Page
