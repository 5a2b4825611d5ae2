"""Backup and restore of what a service keeps: database, blobs and warehouse, in one file."""

from modelyard.backup.contents import Kept, restore_backup, write_backup

__all__ = ["Kept", "restore_backup", "write_backup"]
