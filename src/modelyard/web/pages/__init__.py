"""The pages, one file per room.

A view asks one question of the library, shapes the answer into a plain context, and renders a
template. Templates hold loops and conditions, no decisions. Polars and NumPy are imported inside
functions, so that the first page is there at once.
"""

from flask import Flask


def install(app: Flask) -> None:
    """Add all pages, and what every template may use."""
    from modelyard.web.pages import (
        about,
        benchmark,
        datasets,
        docs,
        functions,
        home,
        outliers,
        rows,
        run_forms,
        runs,
        surroundings,
    )

    surroundings.install(app)
    for module in (home, datasets, rows, outliers, benchmark, runs, run_forms, docs):
        app.register_blueprint(module.blueprint)
    for module in (functions, about):
        app.register_blueprint(module.blueprint)
    _install_scenarios(app)
    _install_models(app)
    _install_accounts(app)


def _install_scenarios(app: Flask) -> None:
    from modelyard.web.pages.scenarios import blueprints

    for blueprint in blueprints():
        app.register_blueprint(blueprint)


def _install_models(app: Flask) -> None:
    from modelyard.web.pages import models

    models.install(app)


def _install_accounts(app: Flask) -> None:
    from modelyard.web.pages import access, account, audit, fleet, links, open_id, people, sign_in

    for module in (sign_in, open_id, links, account, people, audit, access, fleet):
        app.register_blueprint(module.blueprint)
