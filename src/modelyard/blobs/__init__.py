"""Blobs: contents with a name, too large for the database; in a folder, S3 or Google Cloud."""

from modelyard.blobs.blobs import Blobs, open_blobs

__all__ = ["Blobs", "open_blobs"]
