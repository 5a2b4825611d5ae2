"""Whether a file may be opened at all: its zip is bounded, and holds no macros, links or traps."""

import io
import re
import zipfile

from modelyard.errors import Invalid

MEBIBYTE = 1024 * 1024
MOST_PARTS = 2000
MOST_PACKED_BYTES = 50 * MEBIBYTE
MOST_BYTES = 200 * MEBIBYTE
OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0"
ENTITIES = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
FORMULAS = re.compile(rb"<(?:\w+:)?(f|formula[12]?|definedName)\b[^>]*>([^<]*)<")
LONGEST_FORMULA = 8192
DEEPEST = 100
SAVE_AS = "Save it as .xlsx."


def check_package(where: str, content: bytes) -> None:
    """Raise Invalid, naming the file, for a workbook that is not opened.

    Refused are: what is no zip, or becomes too large when unpacked; passwords; macros, which are
    never run; links to other workbooks; and XML that defines entities.
    """
    if content.startswith(OLD_OR_ENCRYPTED):
        raise Invalid(where, "has a password, or is an old .xls file.", SAVE_AS)
    if len(content) > MOST_PACKED_BYTES:
        raise Invalid(where, f"is larger than {MOST_PACKED_BYTES // MEBIBYTE} MiB.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(where, archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise Invalid(where, "is damaged, or no .xlsx file.", SAVE_AS) from None
    except OSError as fault:
        raise Invalid(where, f"is damaged: {fault}.") from None


def _check_parts(where: str, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise Invalid(where, f"has {len(parts):,} parts; the most is {MOST_PARTS:,}.")
    if sum(part.file_size for part in parts) > MOST_BYTES:
        raise Invalid(where, f"unpacks to more than {MOST_BYTES // MEBIBYTE} MiB.")
    names = [part.filename.lower() for part in parts]
    if "xl/workbook.xml" not in names:
        raise Invalid(where, "is no .xlsx workbook.", SAVE_AS)
    _refuse_macros_and_links(where, names)
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            _check_xml(where, part.filename, archive.read(part))


def _refuse_macros_and_links(where: str, names: list[str]) -> None:
    if any("vbaproject" in name or name.startswith("xl/macrosheets/") for name in names):
        raise Invalid(where, "holds macros, which are never run.", SAVE_AS)
    if any(name.startswith("xl/externallinks/") for name in names):
        raise Invalid(
            where,
            "has links to other workbooks, which are not followed.",
            "In Excel: Data, Edit Links, Break Link.",
        )


def _check_formulas(where: str, name: str, content: bytes) -> None:
    """Keep to Excel's own limits: a formula beyond them overflows the engine's stack."""
    for _, formula in FORMULAS.findall(content):
        if len(formula) > LONGEST_FORMULA:
            raise Invalid(where, f"its part {name} has a formula of {len(formula):,} characters.")
        if formula.count(b"(") > DEEPEST and _depth(formula) > DEEPEST:
            raise Invalid(where, f"its part {name} has a formula nested deeper than {DEEPEST}.")


def _depth(formula: bytes) -> int:
    depth = deepest = 0
    for char in formula:
        depth += (char == ord("(")) - (char == ord(")"))
        deepest = max(deepest, depth)
    return deepest


def _check_xml(where: str, name: str, content: bytes) -> None:
    _check_formulas(where, name, content)
    if b"\0" in content[:200]:
        raise Invalid(where, f"its part {name} is not UTF-8.", SAVE_AS)
    if ENTITIES.search(content):
        raise Invalid(where, f"its part {name} defines XML entities, which are not read.")
    if name == "[Content_Types].xml" and b"macroEnabled" in content:
        raise Invalid(where, "may hold macros, which are never run.", SAVE_AS)
