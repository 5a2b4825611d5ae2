"""SVG elements whose attributes and texts are escaped."""

from collections.abc import Iterable
from functools import cache

from markupsafe import Markup, escape

Attribute = str | float


def element(name: str, content: Iterable[Markup | str] = (), **attributes: Attribute) -> Markup:
    """Write one element; `class_` and `data_x` become `class` and `data-x`, numbers get short.

    Plain strings are joined, which is ten times faster than Markup's own formatting: a page of a
    wide table has thousands of bars.
    """
    pairs = "".join(f' {_name(key)}="{escape(_short(value))}"' for key, value in attributes.items())
    inner = "".join(escape(part) for part in content)
    return Markup(f"<{name}{pairs}>{inner}</{name}>")  # noqa: S704 (every value is escaped above)


def picture(
    content: Iterable[Markup | str], title: str, description: str, **attributes: Attribute
) -> Markup:
    """Write a whole picture with its name and what it shows in words."""
    words = (element("title", [title]), element("desc", [description]))
    return element("svg", (*words, *content), role="img", **attributes)


@cache
def _name(key: str) -> str:
    is_fixed = key in {"viewBox", "preserveAspectRatio"}
    return key if is_fixed else key.rstrip("_").replace("_", "-")


def _short(value: Attribute) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
