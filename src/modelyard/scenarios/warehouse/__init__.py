"""The outputs' warehouse: one table per output, keyed by run and scenario."""

from modelyard.scenarios.warehouse.opening import open_warehouse
from modelyard.scenarios.warehouse.tables import Key, Warehouse, tables_of

__all__ = ["Key", "Warehouse", "open_warehouse", "tables_of"]
