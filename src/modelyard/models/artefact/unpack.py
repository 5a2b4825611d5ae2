"""From a file to the stream inside it: what kind it is, decompressed within bounds."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from modelyard.errors import Invalid

Format = Literal["joblib", "skops", "onnx"]
CHUNK = 1 << 20
MOST_BYTES = 1 << 30
PREFIXES = {
    b"\x1f\x8b": "gzip",
    b"BZ": "bz2",
    b"\x5d\x00": "lzma",
    b"\xfd7zXZ": "xz",
    b"\x04\x22\x4d\x18": "lz4",
    b"x": "zlib",
}
SKOPS_FILE = "schema.json"


class Unpacked(msgspec.Struct, frozen=True):
    """A file, seen from outside."""

    format: Format
    compression: str
    """How it was compressed; empty where it was not."""
    content: bytes
    """The stream of a pickle, decompressed; the file as it is for other formats."""


def unpack(content: bytes, most_bytes: int = MOST_BYTES) -> Unpacked:
    """Say what a file is, by its first bytes, and decompress a pickle.

    Raises Invalid where it is no model, is broken, or would be longer than `most_bytes`.
    """
    if not content:
        raise Invalid("model", "the file is empty.")
    if content.startswith(b"PK\x03\x04"):
        return Unpacked("skops", "", _skops(content, most_bytes))
    if content.startswith(b"\x08"):
        return Unpacked("onnx", "", content)
    compression = next((name for head, name in PREFIXES.items() if content.startswith(head)), "")
    if compression:
        content = _decompress(content, compression, most_bytes)
    if len(content) > most_bytes:
        raise _too_large(most_bytes)
    return Unpacked("joblib", compression, content)


def _decompress(content: bytes, compression: str, most_bytes: int) -> bytes:
    try:
        return _read(_opener(compression)(io.BytesIO(content)), most_bytes)
    except (OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError) as fault:
        raise Invalid(
            "model",
            f"looks compressed with {compression}, but cannot be decompressed: {fault}.",
            "Was the file cut short?",
        ) from None


def _opener(compression: str) -> "Callable[[io.BytesIO], _Readable]":
    if compression == "lz4":
        try:
            import lz4.frame
        except ImportError:
            raise Invalid(
                "model", "is compressed with lz4, which is not installed here.", "Use zlib."
            ) from None
        opener: Callable[[io.BytesIO], _Readable] = lz4.frame.LZ4FrameFile
        return opener
    known: dict[str, Callable[[io.BytesIO], _Readable]] = {
        "gzip": lambda stream: gzip.GzipFile(fileobj=stream),
        "bz2": bz2.BZ2File,
        "lzma": lzma.LZMAFile,
        "xz": lzma.LZMAFile,
        "zlib": _Zlib,
    }
    return known[compression]


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Zlib:
    """A stream compressed with zlib, read in steps of a bounded size."""

    def __init__(self, stream: io.BytesIO) -> None:
        self._rest = stream.read()
        self._inflate = zlib.decompressobj()

    def read(self, size: int, /) -> bytes:
        """Give up to `size` bytes; nothing at the end. Raises EOFError where it is cut short."""
        if self._inflate.eof:
            return b""
        part = self._inflate.decompress(self._rest, size)
        self._rest = self._inflate.unconsumed_tail
        if not part and not self._inflate.eof:
            raise EOFError("the stream ends too early")
        return part


def _read(stream: _Readable, most_bytes: int) -> bytes:
    parts, length = [], 0
    while part := stream.read(CHUNK):
        length += len(part)
        if length > most_bytes:
            raise _too_large(most_bytes)
        parts.append(part)
    return b"".join(parts)


def _skops(content: bytes, most_bytes: int) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            length = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as fault:
        raise Invalid("model", f"is a broken ZIP archive: {fault}.") from None
    if SKOPS_FILE not in names:
        shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
        raise Invalid(
            "model",
            f"is a ZIP archive ({shown or 'empty'}), not a model.",
            "Unpack it, and give the model file itself.",
        )
    if length > most_bytes:
        raise _too_large(most_bytes)
    return content


def _too_large(most_bytes: int) -> Invalid:
    return Invalid(
        "model",
        f"is larger than {most_bytes // (1 << 20)} MB when decompressed.",
        "Is it a model at all? A forest with fewer or shallower trees is smaller.",
    )
