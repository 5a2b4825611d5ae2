"""Functions: an OpenAPI document and plain Python become operations that can be called."""
