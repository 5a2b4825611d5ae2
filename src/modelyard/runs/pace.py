"""How often a worker looks at what."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds between looks, and how long a silence may last."""

    look_s: float = 0.25
    """For new runs."""
    recovered_s: float = 3.0
    """For runs of other workers that ended."""
    beat_s: float = 2.0
    """To say that the worker lives, and to see whether the others do."""
    dead_after_s: float = 10.0
    """Silence after which a worker counts as dead."""
    cancel_s: float = 0.5
    """For those who asked to end a run."""
    help_s: float = 1.0
    """To find runs of others to help with, and to see that they still need it."""
    help_after_s: float = 3.0
    """How long a run is at work before others help."""
    progress_s: float = 0.5
    """Between two notes of progress of one run, at least."""
    schedule_s: float = 1.0
    forget_s: float = 3600.0
    """To remove what is old."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much a worker does at a time, and how long a run may take."""

    quick: int = 16
    """Quick runs at one time, each in a thread."""
    heavy: int = 2
    """Heavy runs at one time, each in a process."""
    run_s: float = 86_400.0
    """When a run is given up."""
    attempts: int = 20
    """How often a run is begun; more would be a run that ends its workers."""
    kept_days: float = 90.0


CONNECTIONS = 6
"""To the database, per worker: however many runs it does at a time, they take turns."""
