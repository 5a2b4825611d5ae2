"""The languages in which programs ask a model: bytes in, bytes out, no server inside.

Every protocol keeps the promise of `protocol.Language` in a file of its own; `addresses.py` lists
all addresses. Who may ask, and which version answers, is decided before.
"""
