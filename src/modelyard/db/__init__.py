"""The database: SQLite or Postgres, transactions, migrations."""

from modelyard.db.columns import Moment
from modelyard.db.engine import Database, open_database
from modelyard.db.metadata import METADATA

__all__ = ["METADATA", "Database", "Moment", "open_database"]
