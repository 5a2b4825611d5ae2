"""The pages of models: the list, asking, versions, golden rows, comparing, work, who may see."""

from flask import Flask


def install(app: Flask) -> None:
    """Add all pages of models."""
    from modelyard.web.pages.models import (
        asking,
        comparing,
        deeds,
        golden,
        listing,
        many,
        upload,
        versions,
        work,
    )
    from modelyard.web.pages.models.questions import written

    app.jinja_env.filters["written"] = written
    for module in (listing, upload, asking, many, versions, deeds, golden, comparing, work):
        app.register_blueprint(module.blueprint)
