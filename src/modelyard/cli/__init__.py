"""The terminal's door: options in, one question to the library, words or JSON out.

The command modules import only what `modelyard --help` needs. Polars, rich, Granian and Flask are
imported inside the functions that use them (tests/cli/test_light_imports.py).
"""
