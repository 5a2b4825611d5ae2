"""An .xlsx file as a what-if model, worked out by IronCalc, without Excel."""

from modelyard.scenarios.workbook.load import load_workbook

__all__ = ["load_workbook"]
