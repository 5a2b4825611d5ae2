"""Scenarios as files: Excel both ways, CSV and Parquet."""
