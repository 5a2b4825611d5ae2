"""Text from files, made safe for a terminal.

A cell or a file's name may hold control characters; printed as they are, they could move the
cursor, recolour the screen or hide text.
"""

UNPRINTABLE = "�"


def clean_line(text: str) -> str:
    """Give the text on one line, each unprintable character replaced."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    return character if character.isprintable() else UNPRINTABLE
