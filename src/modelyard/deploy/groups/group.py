"""What a cloud tells of a group of instances."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Group:
    """Instances that are alike, and that come and go by themselves."""

    name: str
    place: str
    """Region, or cluster."""
    status: str
    """In a few words: `stable`, `1 creating`, `3 of 4 run`."""
    running: int | None
    """Instances that run; None where the cloud does not say."""
    target_size: int | None
    """How many there are to be; None where the cloud does not say."""
    least: int | None
    most: int | None
    decision: str
    """What the autoscaler decided last, and why, in the cloud's words; empty for nothing."""


def counted(number: object) -> int | None:
    """Read a number as clouds write it: as one, or as a text; None for anything else."""
    if isinstance(number, bool):
        return None
    if isinstance(number, int):
        return number
    return int(number) if isinstance(number, str) and number.isdecimal() else None


def last_part(address: object) -> str:
    """Give the end of a resource's address, which is its name."""
    return str(address or "").rpartition("/")[2]
