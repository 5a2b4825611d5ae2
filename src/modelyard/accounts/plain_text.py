"""Texts from outside as a database can keep them and a line can show them."""

import unicodedata

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control characters, invisible marks, halves of characters, line breaks."""
JOINERS = "\u200c\u200d"
"""Invisible, and part of how some scripts and emoji are written."""


def clean_text(text: str, most: int) -> str:
    """Give the text as one line of at most `most` characters, without what cannot be seen."""
    seen = (sign if _is_seen(sign) else " " for sign in text[: 4 * most])
    return " ".join("".join(seen).split())[:most]


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign) not in UNSEEN or sign in JOINERS


def is_keepable(text: str, most: int) -> bool:
    """Whether a database takes the text as it is: no NUL, no half characters, not too long."""
    return len(text) <= most and "\x00" not in text and not any(map(_is_half, text))


def _is_half(sign: str) -> bool:
    return "\ud800" <= sign <= "\udfff"
