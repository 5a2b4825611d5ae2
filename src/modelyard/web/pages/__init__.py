"""The pages, one file per room."""

from flask import Flask


def install(app: Flask) -> None:
    """Add all pages."""
