"""A model from all that names it: its file, and the settings of a version on top."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec

from modelyard.errors import Invalid
from modelyard.runs.canonical import canonical_json, digest_of
from modelyard.scenarios.describe import NAME
from modelyard.scenarios.formulas import standing_alone
from modelyard.scenarios.managed import managed
from modelyard.scenarios.offered import Spec
from modelyard.scenarios.setting import Content
from modelyard.scenarios.what_if import Source, WhatIf

MOST_SETTINGS = 500
MOST_DATES = 200
"""How many days from which values hold a version may name."""
LONGEST_TEXT = 2000


def open_spec(folder: Path, spec: Spec) -> WhatIf:
    """Load a model's file and apply the settings; raises what is wrong with either."""
    from modelyard.scenarios.sources import load_one

    base = None
    if spec.file:
        base = load_one(Source(folder, spec.file, spec.base or spec.name))
    return with_settings(base, folder, spec)


def with_settings(base: WhatIf | None, folder: Path, spec: Spec) -> WhatIf:
    """Apply the settings of a version, as on its day."""
    if spec.content is None:
        if base is None:
            raise Invalid(f"scenarios/{spec.name}", "is neither a file nor a record.")
        return base
    content, day = spec.content, spec.as_of or date.min
    if base is None:
        made = standing_alone(spec.name, content, day, content_digest(content))
    else:
        digest = content_digest(content)
        made = managed(base, spec.name, content.settings, day, digest)
        made = replace(
            made,
            title=content.title or base.title,
            description=content.description or base.description,
        )
    text = msgspec.json.encode(spec).decode()
    return replace(made, source=Source(folder, spec.file, spec.base or spec.name, text))


def content_digest(content: Content) -> str:
    """Name what a version says: equal contents have equal digests."""
    return digest_of(canonical_json(msgspec.to_builtins(content)))


def check_content(base: WhatIf | None, folder: Path, spec: Spec) -> WhatIf:
    """Check the settings on every day on which a value begins; gives the model as on the last."""
    content = spec.content or Content()
    _refuse_unkeepable(spec.name, content)
    begins = {one.since for setting in content.settings for one in setting.values if one.since}
    if len(begins) > MOST_DATES or len(content.settings) + len(content.outputs) > MOST_SETTINGS:
        raise Invalid(f"scenarios/{spec.name}", "has too many settings.")
    made = with_settings(base, folder, spec)
    for day in sorted(begins):
        made = with_settings(base, folder, msgspec.structs.replace(spec, as_of=day))
    return made


def _refuse_unkeepable(name: str, content: Content) -> None:
    where = f"scenarios/{name[:60]}"
    if not NAME.fullmatch(name):
        raise Invalid(where, f"'{name[:60]}' is no name.", "Use letters, digits and _.")
    for setting in content.settings:
        days = [one.since for one in setting.values]
        if len(set(days)) < len(days):
            raise Invalid(f"{where}/{setting.name[:60]}", "two values begin on the same day.")
    for text in _texts(msgspec.to_builtins(content)):
        if len(text) > LONGEST_TEXT:
            raise Invalid(where, f"a text is longer than {LONGEST_TEXT} characters.")
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            raise Invalid(where, "a text holds characters that cannot be kept.")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from (key, *_texts(part))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
