"""The Flask application, put together."""

import logging

from flask import Flask

from modelyard.settings import Settings, from_environment
from modelyard.web import headers, problems
from modelyard.web.api import datasets, documents, health, short
from modelyard.web.live import LIVE, LiveServices


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application for the workspace that the settings name (by default the environment's).

    Raises NotFound where there is no such folder and Invalid where its modelyard.toml has a fault.
    """
    chosen = settings or from_environment()
    app = Flask("modelyard.web", static_url_path="/static")
    app.logger.setLevel(logging.INFO)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.extensions[LIVE] = LiveServices(chosen)
    headers.install(app, chosen)
    problems.install(app)
    for module in (datasets, short, health, documents):
        app.register_blueprint(module.blueprint)
    _install_pages(app)
    return app


def _install_pages(app: Flask) -> None:
    from modelyard.web import pages

    pages.install(app)
