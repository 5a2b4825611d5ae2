"""Names around models: of models, of their files, aliases and versions."""

import re

from modelyard.accounts.plain_text import clean_text
from modelyard.errors import Conflict, Invalid
from modelyard.workspace.config import NAME_PATTERN

ENDINGS = (".joblib", ".pkl", ".pickle", ".skops", ".onnx")
ALIAS = re.compile(r"[a-z][a-z0-9_-]{0,59}")
NUMBER = re.compile(r"[1-9][0-9]{0,8}")
MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
NEVER_TRUSTED = frozenset(
    {
        *(
            "os",
            "posix",
            "sys",
            "subprocess",
            "builtins",
            "importlib",
            "socket",
            "shutil",
            "pickle",
        ),
        *("ctypes", "runpy", "pty", "code", "codecs", "marshal", "signal", "io", "pathlib"),
    }
)
"""What would make the list of names worthless."""


def is_name(name: str) -> bool:
    """Tell whether a text may be the name of a model; not every text can be asked of a database."""
    return NAME_PATTERN.fullmatch(name) is not None


def clean_name(name: str) -> str:
    """Give the name of a model back; raises Invalid where it can be none."""
    if not is_name(name):
        raise Invalid(
            f"model '{clean_text(name, 100)}'",
            "is no name: letters, digits, '.', '_' and '-', beginning with a letter or digit.",
            "It is part of the web address.",
        )
    return name


def clean_file_name(name: str) -> str:
    """Give the name of a model's file back; raises Invalid where it can be none."""
    shown = clean_text(name, 100)
    if shown != name or not name or any(sign in name for sign in "/\\") or name.startswith("."):
        raise Invalid(f"file '{shown}'", "is no plain file name.", "Such as churn.joblib")
    if not name.lower().endswith(ENDINGS):
        raise Invalid(f"file '{shown}'", "is no model file.", f"Its ending: {', '.join(ENDINGS)}.")
    return name


def clean_alias(alias: str) -> str:
    """Give an alias without its `@`; raises Invalid where it can be none."""
    name = alias.removeprefix("@")
    if not ALIAS.fullmatch(name):
        raise Invalid(
            f"alias '{clean_text(alias, 60)}'", "is made of small letters, digits, '_' and '-'."
        )
    return name


def clean_module(module: str) -> str:
    """Give the full name of a module back; raises Invalid, and Conflict for a dangerous one."""
    if not MODULE.fullmatch(module) or len(module) > 200:
        raise Invalid(f"module '{clean_text(module, 100)}'", "is no name.", "Such as churn.steps")
    if module.partition(".")[0] in NEVER_TRUSTED:
        raise Conflict(f"module '{module}'", "can never be trusted: any program could be built.")
    return module


def read_selector(text: str) -> int | str:
    """Read which version is meant: its number, or an alias; raises Invalid."""
    text = text.removeprefix("v") if NUMBER.fullmatch(text.removeprefix("v")) else text
    if NUMBER.fullmatch(text):
        return int(text)
    if ALIAS.fullmatch(text.removeprefix("@")):
        return text.removeprefix("@")
    raise Invalid(f"version '{clean_text(text, 60)}'", "is neither a number nor an alias.")
