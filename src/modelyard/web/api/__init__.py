"""The REST API, one file per room."""
