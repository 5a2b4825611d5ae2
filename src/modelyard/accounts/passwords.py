"""Passwords: which are good enough, and how they are kept (Argon2id)."""

import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from modelyard.accounts.secret_text import new_secret
from modelyard.accounts.turns import Turns
from modelyard.errors import Invalid

LEAST = 10
MOST_BYTES = 1024
STEMS = """
password passwort motdepasse contrasena passw0rd p@ssw0rd p@ssword pa$$word qwerty qwertyuiop
qwertz qwertzuiop azerty azertyuiop asdfghjkl asdfghjklm zxcvbnm 1qaz2wsx 1qaz2wsx3edc
1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4t5 qazwsxedc zaq12wsx qwerty123456 qweasdzxc iloveyou
welcome letmein changeme administrator admin root superman batman football baseball basketball
dragon monkey sunshine princess michael jennifer liverpool chelsea computer internet trustno1
whatever starwars pokemon charlie jordan master shadow secret default guest test testing hello
abc abcd abcdef abcdefgh abcdefghij abcdefghijk modelyard mynoob fuckyou 18atcskd2w 3rjs1la7qe
987654321q 123qweasdzxc q1w2e3r4t5y6 thisispassword correcthorsebatterystaple
"""
COMMON_STEMS = frozenset(STEMS.split())
"""The commonest, without the digits and signs that people put around them."""
SEQUENCE = "01234567890123456789 09876543210987654321"


class Hasher(Protocol):
    """What turns passwords into something that can be kept; argon2's PasswordHasher is one."""

    def hash(self, password: str) -> str:
        """Give a text from which the password cannot be found."""

    def verify(self, hash: str, password: str) -> bool:
        """Pass where they belong together; raises an error of argon2 otherwise."""

    def check_needs_rehash(self, hash: str) -> bool:
        """Whether it was made with other parameters than today's."""


@dataclass
class Passwords:
    """Hashes passwords, a few at a time."""

    given: Hasher | None = None
    """The hasher; None takes Argon2id as argon2-cffi has it by default (RFC 9106)."""
    _turns: Turns = field(default_factory=Turns)

    @cached_property
    def hasher(self) -> Hasher:
        """The hasher, loaded at its first use."""
        if self.given is not None:
            return self.given
        from argon2 import PasswordHasher

        return PasswordHasher()

    @cached_property
    def decoy(self) -> str:
        """The hash of a password that nobody has: looked at where there is no account."""
        with self._turns.take():
            return self.hasher.hash(new_secret())

    def hash(self, password: str) -> str:
        """Give what is kept of a password; Throttled where too many are at work already."""
        with self._turns.take():
            return self.hasher.hash(normal(password))

    def matches(self, kept: str, password: str, is_stranger: bool = False) -> bool:
        """Whether the password is the one that was hashed; Throttled where too many ask.

        It takes one verification, also where nothing is kept: nobody learns from the time whether
        there is an account.
        """
        from argon2.exceptions import InvalidHashError, VerificationError

        decoy = self.decoy
        with self._turns.take(is_stranger):
            try:
                is_right = self.hasher.verify(kept or decoy, normal(password))
            except (VerificationError, InvalidHashError):
                return False
        return is_right and bool(kept)

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self.hasher.check_needs_rehash(kept)


def normal(password: str) -> str:
    """Give a password as it is hashed: the same however a keyboard composes its characters."""
    composed = unicodedata.normalize("NFKC", password)
    return composed.encode("utf-8", "replace").decode()


def require_good(password: str, email: str) -> None:
    """Raise Invalid, saying why, for a password that is too easy to guess.

    Length and a list of the commonest, as NIST SP 800-63B has it; no rules about digits and signs.
    """
    composed = normal(password)
    if len(composed) < LEAST:
        raise Invalid("password", f"is shorter than {LEAST} characters.", "Three words make one.")
    if len(composed.encode()) > MOST_BYTES:
        raise Invalid("password", f"is longer than {MOST_BYTES} bytes.")
    plain = composed.casefold()
    if email and plain in {email, email.partition("@")[0], email + email}:
        raise Invalid("password", "is the e-mail address.", "Choose another.")
    if _is_common(plain):
        raise Invalid("password", "is among the first that are tried.", "Choose another.")


def _is_common(plain: str) -> bool:
    stem = plain.strip("0123456789 .,;:!?*#+-_@$&%/()=")
    is_narrow = len(set(plain)) <= 3
    return is_narrow or plain in SEQUENCE or stem in COMMON_STEMS or plain in COMMON_STEMS
