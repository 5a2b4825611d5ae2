"""SVG elements whose attributes and texts are escaped."""

from collections.abc import Iterable

from markupsafe import Markup, escape

Attribute = str | float


def element(name: str, content: Iterable[Markup | str] = (), **attributes: Attribute) -> Markup:
    """Write one element; `class_` and `data_x` become `class` and `data-x`, numbers get short."""
    pairs = Markup("").join(
        Markup(' {}="{}"').format(_name(key), _short(value)) for key, value in attributes.items()
    )
    inner = Markup("").join(content)
    return Markup("<{0}{1}>{2}</{0}>").format(escape(name), pairs, inner)


def picture(
    content: Iterable[Markup | str], title: str, description: str, **attributes: Attribute
) -> Markup:
    """Write a whole picture with its name and what it shows in words."""
    words = (element("title", [title]), element("desc", [description]))
    return element("svg", (*words, *content), role="img", **attributes)


def _name(key: str) -> Markup:
    is_fixed = key in {"viewBox", "preserveAspectRatio"}
    return escape(key if is_fixed else key.rstrip("_").replace("_", "-"))


def _short(value: Attribute) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
