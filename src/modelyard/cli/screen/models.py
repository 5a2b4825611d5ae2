"""Models on the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from modelyard.cli.screen.console import open_console, say
from modelyard.cli.screen.numbers import bytes_text, number_text
from modelyard.cli.screen.table import Column, show_table

if TYPE_CHECKING:
    from modelyard.errors import ModelyardError
    from modelyard.models.description import Description, Field
    from modelyard.models.version import Model, Version

HOW_TO_START = (
    "No models yet. Put churn.joblib into the folder models, or: modelyard models publish"
)
RUNTIMES = {"onnx": "converted (ONNX)", "treelite": "converted (trees)", "process": "as it is"}


def show_models(
    entries: "Sequence[tuple[Model, Version | None]]", faults: "Sequence[ModelyardError]"
) -> None:
    """Write the models with what answers for them, then what could not be taken."""
    console = open_console()
    if not entries and not faults:
        say(console, HOW_TO_START)
    if entries:
        served = [version for _, version in entries]
        columns = [
            Column("name", tuple(model.name for model, _ in entries), style="cyan"),
            Column("serves", tuple(f"v{one.number}" if one else "nothing" for one in served)),
            Column("task", tuple(_task(one) for one in served), rank=1),
            Column("estimator", tuple(_estimator(one) for one in served), rank=2),
            Column("aliases", tuple(_aliases(model) for model, _ in entries), rank=3, least=12),
        ]
        show_table(console, columns)
    for fault in faults:
        say(console, f"Fault: {fault}", "red")


def show_versions(model: "Model", versions: "Sequence[Version]") -> None:
    """Write the versions of a model, newest first."""
    console = open_console()
    columns = [
        Column("version", tuple(str(one.number) for one in versions), True),
        Column("state", tuple(_state(one) for one in versions)),
        Column("aliases", tuple(_aliases(model, one.number) for one in versions), least=8),
        Column("size", tuple(bytes_text(one.bytes) for one in versions), True, rank=3),
        Column("by", tuple(one.created_by for one in versions), rank=2, least=10),
        Column("at", tuple(f"{one.created_at:%Y-%m-%d %H:%M}" for one in versions), rank=1),
        Column("note", tuple(one.note for one in versions), rank=4, least=12),
    ]
    show_table(console, columns)
    for one in versions:
        why = one.fault.why if one.fault else one.held_back
        if why:
            say(console, f"Version {one.number}: {why}", "red")


def show_version(version: "Version") -> None:
    """Write what a version takes and gives."""
    console = open_console()
    say(console, f"{version.model}, version {version.number} ({_state(version)})", "bold")
    if version.fault is not None:
        say(console, str(version.fault.to_error()), "red")
    found = version.description
    if found is None:
        return
    say(console, f"{found.estimator}, {found.task}, served {RUNTIMES[found.plan.runtime]}")
    written = ", ".join(f"{name} {value}" for name, value in found.written_by.items())
    if written:
        say(console, f"written by {written}")
    say(console, f"sha256 {version.sha256}")
    for note in found.notes:
        say(console, note, "yellow")
    say(console, "")
    fields = found.signature.fields
    columns = [
        Column("input", tuple(one.name for one in fields), style="cyan"),
        Column("kind", tuple(one.kind for one in fields)),
        Column("known values", tuple(_known(one) for one in fields), rank=1, least=10),
        Column("unit", tuple(one.unit for one in fields), rank=2),
        Column("example", tuple(_example(found, one) for one in fields), rank=1),
        Column("description", tuple(one.description for one in fields), rank=3, least=12),
    ]
    show_table(console, columns)
    say(console, "")
    classes = f" (one of {', '.join(map(str, found.classes[0]))})" if found.classes else ""
    say(console, f"gives {', '.join(found.outputs)}{classes}")


def show_answer(answer: dict[str, Any]) -> None:
    """Write the answer to one row."""
    console = open_console()
    say(console, f"{_plain(answer['prediction'])}", "bold")
    for known, share in answer.get("probabilities", {}).items():
        say(console, f"  {known}: {share:.4g}")
    if "score" in answer:
        say(console, f"  score: {answer['score']:.6g}")
    for flag in answer.get("flags", []):
        say(console, f"  {flag['field']}: {flag['why']}", "yellow")
    say(console, f"{answer['model']}, version {answer['version']}", "dim")


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return number_text(value) if isinstance(value, float) else str(value)


def _task(version: "Version | None") -> str:
    return version.description.task if version and version.description else ""


def _estimator(version: "Version | None") -> str:
    return version.description.estimator if version and version.description else ""


def _aliases(model: "Model", number: int | None = None) -> str:
    if number is None:
        return " ".join(f"@{one.alias}=v{one.number}" for one in model.aliases)
    return " ".join(f"@{one.alias}" for one in model.aliases if one.number == number)


def _state(version: "Version") -> str:
    return "held back" if version.held_back else version.state


def _known(field: "Field") -> str:
    if field.categories:
        return ", ".join(map(str, field.categories))
    if field.low is None and field.high is None:
        return ""
    return f"{number_text(field.low)} to {number_text(field.high)}"


def _example(found: "Description", field: "Field") -> str:
    return _plain(found.example.get(field.name, ""))
