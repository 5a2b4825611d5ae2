"""What a version of a managed model says, read from JSON and from the fields of a form."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
from werkzeug.datastructures import MultiDict

from modelyard.errors import LONGEST_ECHO, Invalid
from modelyard.scenarios.given_content import read_content
from modelyard.scenarios.setting import Content, Dated, OutputSetting, Setting

MOST = 500
"""Parameters or outputs of a form."""
MOST_PLACES = 12
TEXTS = ("kind", "title", "unit", "help", "group", "formula")
Form = MultiDict[str, str]


def content_from_json(raw: Any) -> Content:
    """Read the content of a version; raises Invalid, naming the place."""
    return read_content(raw)


def content_json(content: Content) -> dict[str, Any]:
    """Give the content of a version as JSON values."""
    found: dict[str, Any] = msgspec.to_builtins(content)
    return found


def content_from_form(form: Form, based_on: str) -> Content:
    """Read the content of a version from the fields `p.0.name`, `p.0.value`, `o.0.formula`.

    Lines without a name are left out. On top of a model of the folder, a parameter of which
    nothing is said is left out too.
    """
    settings = [setting_from(form, line) for line in lines(form, "p")]
    return Content(
        based_on=based_on,
        title=form.get("_title", "").strip(),
        description=form.get("_description", "").strip(),
        settings=tuple(one for one in settings if not based_on or one != Setting(name=one.name)),
        outputs=tuple(output_from(form, line) for line in lines(form, "o")),
    )


def lines(form: Form, kind: str) -> Iterator[str]:
    """Give the beginnings of the fields of each line that has a name: `p.0.`."""
    for number in range(MOST):
        line = f"{kind}.{number}."
        if f"{line}name" not in form:
            return
        if form[f"{line}name"].strip():
            yield line


def setting_from(form: Form, line: str) -> Setting:
    """Read what a form says of one parameter."""
    told: dict[str, Any] = {name: form.get(line + name, "").strip() for name in TEXTS}
    name = form[f"{line}name"].strip()
    state = form.get(f"{line}state", "")
    if state not in {"", "open", "locked", "derived"}:
        raise Invalid(f"{name}, state", f"'{state[:LONGEST_ECHO]}' is none that there is.")
    if state != "derived":
        told["formula"] = ""
    return Setting(
        name=name,
        state=state or None,  # type: ignore[arg-type]
        values=tuple(dated(form, line, name)) if state != "derived" else (),
        minimum=form.get(f"{line}minimum", "").strip() or None,
        maximum=form.get(f"{line}maximum", "").strip() or None,
        choices=tuple(part.strip() for part in form.get(f"{line}choices", "").split(",")
                      if part.strip()),
        exact=form.get(f"{line}exact", "") == "1",
        places=places(form, line, name),
        **told,
    )  # fmt: skip


def dated(form: Form, line: str, name: str) -> Iterator[Dated]:
    """Read the values of a parameter, with the days from which they hold."""
    first = form.get(f"{line}value", "").strip()
    if first:
        yield Dated(value=first)
    days, values = form.getlist(f"{line}since"), form.getlist(f"{line}dated")
    for day, value in zip(days, values, strict=False):
        if not day.strip() and not value.strip():
            continue
        try:
            since = date.fromisoformat(day.strip())
        except ValueError:
            raise Invalid(
                f"{name}, from", f"'{day[:LONGEST_ECHO]}' is not a date.", "Write it as 2026-12-31."
            ) from None
        if not value.strip():
            raise Invalid(f"{name}, from {since}", "has no value.")
        yield Dated(value=value.strip(), since=since)


def output_from(form: Form, line: str) -> OutputSetting:
    """Read what a form says of one output."""
    told = {
        name: form.get(line + name, "").strip() for name in ("title", "unit", "help", "formula")
    }
    name = form[f"{line}name"].strip()
    return OutputSetting(
        name=name,
        kind=form.get(f"{line}kind", "").strip() or "number",
        exact=form.get(f"{line}exact", "") == "1",
        places=places(form, line, name),
        **told,
    )


def places(form: Form, line: str, name: str) -> int | None:
    """Read how many decimals are kept; raises Invalid."""
    text = form.get(f"{line}places", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_PLACES):
        raise Invalid(f"{name}, decimals", f"'{text[:20]}' is no number from 0 to {MOST_PLACES}.")
    return int(text)


def change_lines(changes: Any) -> list[dict[str, str]]:
    """Write what differs between two versions, for people."""
    return [
        {
            "path": one.path,
            "words": _place_words(one.path),
            "before": _shown(one.before),
            "now": _shown(one.now),
        }
        for one in changes
    ]


def _place_words(path: str) -> str:
    """Say what was changed: the parameter and what of it."""
    return path.removeprefix("settings.").removeprefix("outputs.").replace(".", ", ")


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return "; ".join(_shown(one) for one in value)
    if isinstance(value, Mapping):
        if set(value) <= {"value", "since"}:
            since = f" from {value['since']}" if value.get("since") else ""
            return f"{_shown(value.get('value'))}{since}"
        return ", ".join(f"{key} {_shown(one)}" for key, one in value.items())
    return str(value)
