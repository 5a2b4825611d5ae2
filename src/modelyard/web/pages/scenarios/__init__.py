"""The pages of what-if models."""

from flask import Blueprint


def blueprints() -> list[Blueprint]:
    """Give all of them."""
    from modelyard.web.pages.scenarios import (
        actuals,
        chance,
        comparing,
        managing,
        running,
        saving,
        trained,
        trying,
        variations,
        versions,
    )

    modules = (trying, variations, chance, comparing, saving, running, managing, versions)
    return [module.blueprint for module in (*modules, actuals, trained)]
