"""Media types: which one a visitor likes best, and that of a file."""

import mimetypes
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path


def preferred(known: Sequence[str], accept: str) -> str:
    """Choose among the known types by an Accept header; the first where nothing is liked."""
    if not accept or len(known) == 1 or accept == "*/*":
        return known[0]
    return _preferred(tuple(known), accept[:1000])


@lru_cache(maxsize=512)
def _preferred(known: tuple[str, ...], accept: str) -> str:
    liked = [_part(part) for part in accept.split(",")]
    return max(known, key=lambda media: (_quality(media, liked), -known.index(media)))


def _part(text: str) -> tuple[str, float]:
    media, *parameters = (piece.strip() for piece in text.split(";"))
    weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return media.lower(), max(0.0, min(1.0, float(weight)))
    except ValueError:
        return media.lower(), 0.0


def _quality(media: str, liked: Sequence[tuple[str, float]]) -> float:
    """Give how much a type is liked; the most exact range decides."""
    weights = dict(liked)
    for name in (media, f"{media.partition('/')[0]}/*", "*/*"):
        if name in weights:
            return weights[name]
    return 0.0


def guess_type(path: Path) -> str:
    """Give the media type of a file by its ending."""
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"
