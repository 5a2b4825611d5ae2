"""`GET /e222/hello`: an argument comes from the address, and the text is the answer."""


def hello(name: str) -> str:
    """Say hello."""
    return f"Hello, {name}!"
