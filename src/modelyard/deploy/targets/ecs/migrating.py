"""How the migration's end is known."""

from modelyard.errors import Unavailable

LOOK = "What it said: modelyard deploy logs ecs"


def has_ended(answer: object) -> bool:
    """Tell whether the migration ended well. Raises Unavailable where it did not, or cannot."""
    tasks = answer.get("tasks") if isinstance(answer, dict) else None
    if not tasks:
        raise Unavailable("migration", "could not be started: no room was found for its task.")
    task = tasks[0]
    if task.get("lastStatus") != "STOPPED":
        return False
    codes = [one.get("exitCode") for one in task.get("containers", ())]
    if codes and all(code == 0 for code in codes):
        return True
    reason = str(task.get("stoppedReason", "")) or "no reason is given"
    said = f"ended with code {codes[0]}" if codes and codes[0] is not None else "did not run"
    raise Unavailable("migration", f"{said}: {reason[:300]}.", LOOK)
