"""The few marks of Markdown that the API's descriptions use: paragraphs and `code`."""

import re

from markupsafe import Markup, escape

from modelyard.errors import ModelyardError

PLAIN = frozenset({"sign-in", "password", "single sign-on", "form", "email", "access"})
LABELS = {
    "old_password": "The old password",
    "name": "The name",
    "role": "The role",
    "level": "Who may see it",
    "owner": "The owner",
    "people": "The people",
    "scopes": "What it may do",
    "expires_days": "The time after which it expires",
}
"""What forms call the fields that a fault names."""
VERBS = ("is ", "are ", "has ")
CODE = re.compile(r"`([^`]+)`")


def coded(text: str) -> Markup:
    """Set what stands between backticks as code; everything is escaped first."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 (escaped here)


def said(fault: ModelyardError) -> Markup:
    """Say beside a form what is wrong; where the form shows the place itself, it is not named."""
    if fault.where in PLAIN:
        is_address = "@" in fault.why.partition(" ")[0]
        return coded(fault.why if is_address else fault.why[:1].upper() + fault.why[1:])
    label = LABELS.get(fault.where, "")
    if label and fault.why.startswith(VERBS):
        return coded(f"{label} {fault.why}")
    return coded(f"{label or fault.where}: {fault.why}")


def marked(text: str) -> Markup:
    """Set a text of several paragraphs."""
    paragraphs = (part.strip() for part in text.split("\n\n"))
    return Markup("").join(Markup("<p>{}</p>").format(coded(part)) for part in paragraphs if part)
