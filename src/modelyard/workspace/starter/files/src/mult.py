"""`GET /e222/mult/2/3`."""


def mult(a: int, b: int) -> int:
    """Multiply."""
    return a * b
