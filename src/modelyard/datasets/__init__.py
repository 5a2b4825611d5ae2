"""Datasets: tables in files, and what can be asked of them."""
