"""Distributions of parameters, as data."""

import re
from typing import Any

import msgspec
import numpy as np

from modelyard.errors import Invalid

Floats = np.ndarray[Any, np.dtype[np.float64]]


class Distribution(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="distribution", tag=str.lower
):
    """How a parameter is drawn."""

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Draw `count` values."""
        raise NotImplementedError

    def fault(self) -> str:
        """Say what is wrong with its numbers; an empty text where nothing is."""
        return ""


class Normal(Distribution, frozen=True):
    """The bell curve."""

    mean: float
    std: float

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Draw values."""
        return random.normal(self.mean, self.std, count)

    def fault(self) -> str:
        """Refuse a spread that is none."""
        return "" if self.std > 0 else "std must be above 0."


class Lognormal(Distribution, frozen=True):
    """A quantity whose logarithm is normal, by its own mean and standard deviation."""

    mean: float
    std: float

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Draw values."""
        variance = np.log1p((self.std / self.mean) ** 2)
        return random.lognormal(np.log(self.mean) - variance / 2, np.sqrt(variance), count)

    def fault(self) -> str:
        """Refuse what has no logarithm."""
        return "" if self.mean > 0 and self.std > 0 else "mean and std must be above 0."


class Uniform(Distribution, frozen=True):
    """Every value of a range alike."""

    low: float
    high: float

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Draw values."""
        return random.uniform(self.low, self.high, count)

    def fault(self) -> str:
        """Refuse an empty range."""
        return "" if self.low < self.high else "low must be below high."


class Triangular(Distribution, frozen=True):
    """The least, the likeliest and the greatest value, with straight lines between."""

    low: float
    mode: float
    high: float

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Draw values."""
        return random.triangular(self.low, self.mode, self.high, count)

    def fault(self) -> str:
        """Refuse another order."""
        fits = self.low <= self.mode <= self.high and self.low < self.high
        return "" if fits else "low, mode and high must be in this order."


class Pert(Triangular, frozen=True):
    """Like triangular, smoother and nearer to the likeliest value (the usual weight of 4)."""

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Draw values."""
        width = self.high - self.low
        alpha = 1 + 4 * (self.mode - self.low) / width
        beta = 1 + 4 * (self.high - self.mode) / width
        return self.low + width * random.beta(alpha, beta, count)


class Choice(Distribution, frozen=True):
    """One of a few values, by weight."""

    values: tuple[str | float, ...]
    weights: tuple[float, ...] = ()

    def draw(self, random: np.random.Generator, count: int) -> Floats:
        """Draw the positions of values."""
        weights = np.array(self.weights or [1.0] * len(self.values))
        return random.choice(len(self.values), count, p=weights / weights.sum()).astype(float)

    def fault(self) -> str:
        """Refuse weights that do not fit."""
        if not self.values:
            return "there is no value to choose."
        if self.weights and len(self.weights) != len(self.values):
            return "there must be one weight for each value."
        weighed = not self.weights or (min(self.weights) >= 0 and sum(self.weights) > 0)
        return "" if weighed else "weights must not be below 0, and not all 0."


KINDS: dict[str, type[Distribution]] = {
    kind.__name__.lower(): kind for kind in (Normal, Lognormal, Uniform, Triangular, Pert, Choice)
}
ANY = Normal | Lognormal | Uniform | Triangular | Pert | Choice


def parse_distribution(where: str, raw: Any) -> Distribution:
    """Read a distribution from `normal(0.07, 0.01)`, from JSON, or take it as it is.

    Raises Invalid, naming `where`.
    """
    if isinstance(raw, str):
        raw = _from_text(where, raw)
    try:
        read = raw if isinstance(raw, Distribution) else msgspec.convert(raw, ANY)
    except msgspec.ValidationError as fault:
        raise Invalid(where, f"is no distribution: {fault}.", _known()) from None
    return _checked(where, read)


def _checked(where: str, raw: Distribution) -> Distribution:
    numbers = [value for value in msgspec.structs.astuple(raw) if isinstance(value, float | int)]
    if not all(np.isfinite(numbers)):
        raise Invalid(where, "a distribution needs finite numbers.")
    if raw.fault():
        raise Invalid(where, raw.fault())
    return raw


def _from_text(where: str, text: str) -> Distribution:
    found = re.fullmatch(r"\s*([a-zA-Z]+)\s*\((.*)\)\s*", text)
    kind = KINDS.get(found[1].lower()) if found else None
    if found is None or kind is None:
        raise Invalid(where, f"'{text[:60]}' is no distribution.", _known())
    parts = [part.strip() for part in found[2].split(",") if part.strip()]
    if kind is Choice:
        return _choice(where, parts)
    names = kind.__struct_fields__
    if len(parts) != len(names):
        raise Invalid(where, f"{found[1]} takes {len(names)} numbers: {', '.join(names)}.")
    return kind(*(_number(where, part) for part in parts))


def _choice(where: str, parts: list[str]) -> Choice:
    """Read `choice(a, b)` or `choice(a: 3, b: 1)`."""
    pairs = [part.rpartition(":") for part in parts]
    if any(colon for _, colon, _ in pairs):
        values = tuple(value.strip() for value, _, _ in pairs)
        return Choice(values, tuple(_number(where, weight) for _, _, weight in pairs))
    return Choice(tuple(parts))


def _number(where: str, text: str) -> float:
    share = text.endswith("%")
    try:
        value = float(text.rstrip("%"))
    except ValueError:
        raise Invalid(where, f"'{text[:40]}' is not a number.") from None
    return value / 100 if share else value


def _known() -> str:
    known = [f"{name}({', '.join(kind.__struct_fields__)})" for name, kind in KINDS.items()]
    return f"Known: {'; '.join(known)}."
