"""The pages of what-if models."""

from flask import Blueprint


def blueprints() -> list[Blueprint]:
    """Give all of them."""
    from modelyard.web.pages.scenarios import chance, comparing, saving, trying, variations

    return [module.blueprint for module in (trying, variations, chance, comparing, saving)]
