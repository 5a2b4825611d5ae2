"""Links that owners hand out: invitations and new passwords, from pages and API alike."""

from dataclasses import dataclass

from modelyard.accounts.links import PATHS, Purpose
from modelyard.accounts.user import User, clean_email, clean_role
from modelyard.errors import Conflict
from modelyard.web import guard
from modelyard.web.command_lines import first_owner
from modelyard.web.live import live
from modelyard.web.own_address import own_address


@dataclass(frozen=True)
class Handout:
    """A link to be sent to somebody; it is shown once."""

    title: str
    words: str
    address: str
    """The whole address; the path alone where the service does not know its own address."""
    days: str


def require_people() -> None:
    """Pass where there are people; raises Conflict in a service without any.

    An invitation there would make somebody the first person, who need not be its owner.
    """
    if guard.asker().kind in {"laptop", "visitor"}:
        raise Conflict(
            "people",
            "there is no owner yet.",
            f"Make one first: {first_owner()}",
        )


def invite(email: str, role: str) -> Handout:
    """Make a link with which somebody makes their account.

    Raises Invalid, and Conflict where they have one.
    """
    require_people()
    address, known_role = clean_email(email), clean_role(role)
    words = f"With it {address} becomes {_article(known_role)} {known_role} here."
    link = _link("invite", address, known_role)
    return Handout(f"Invitation for {address}", words, link, "7 days")


def password_link(user: User) -> Handout:
    """Make a link with which somebody sets a new password."""
    require_people()
    words = f"With it {user.email} sets a new password. Until then the old one holds."
    link = _link("reset", user.email, user.role)
    return Handout(f"Password link for {user.email}", words, link, "one day")


def _link(purpose: Purpose, email: str, role: str) -> str:
    secret = live().records.accounts.links.create(purpose, email, role, by=guard.asker())
    return own_address() + PATHS[purpose] + secret


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
