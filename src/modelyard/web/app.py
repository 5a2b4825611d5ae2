"""The Flask application, put together."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from modelyard import traces
from modelyard.settings import Settings, from_environment
from modelyard.version import VERSION
from modelyard.web import functions, guard, headers, own_pages, places, problems, quotas, watch
from modelyard.web.admission import Admission
from modelyard.web.api import access as access_api
from modelyard.web.api import (
    audit,
    datasets,
    documents,
    fleet,
    health,
    metrics,
    model_aliases,
    model_rules,
    model_versions,
    models,
    people,
    run_events,
    run_results,
    runs,
    scenario_questions,
    scenario_saved,
    scenario_versions,
    scenarios,
    schedules,
    short,
    tokens,
)
from modelyard.web.door import DOOR, Door
from modelyard.web.door.entrance import Entrance
from modelyard.web.door.function_door import FunctionDoor, own_words
from modelyard.web.fleet_groups import CLOUD_GROUPS, CloudGroups, ask_programs
from modelyard.web.fleet_pulse import PULSE, WebPulse
from modelyard.web.late_rules import LateRule
from modelyard.web.live import LIVE, LiveServices
from modelyard.web.model_folder import begin_with_first_request
from modelyard.web.own_addresses import own_addresses
from modelyard.web.whole_answer import WholeAnswer


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application for the workspace that the settings name (by default the environment's).

    By default it is a service, which takes the model files that are put into the workspace; an
    application with settings of its own does so where `live.models_folder` is begun.

    Raises NotFound where there is no such folder and Invalid where its modelyard.toml has a fault.
    """
    chosen = settings or from_environment()
    app = Flask("modelyard.web", static_url_path="/static")
    app.url_rule_class = LateRule
    app.response_class = WholeAnswer
    app.logger.setLevel(logging.INFO)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.ensure_sync = _as_it_is  # type: ignore[method-assign,assignment]
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.extensions[LIVE] = live = LiveServices(chosen)
    watch.install(app)
    headers.install(app, chosen)
    places.install(app, chosen.threads)
    own_pages.install(app)
    guard.install(app)
    functions.install(app)
    problems.install(app)
    mount(app)
    live.open_functions(own_addresses(app))
    app.extensions[PULSE] = WebPulse(live, chosen)
    app.extensions[CLOUD_GROUPS] = CloudGroups(ask_programs)
    _add_layers(app, chosen, is_service=settings is None)
    if settings is None:
        begin_with_first_request(app, live)
    return app


def mount(app: Flask) -> None:
    """Add all routes of the service's own."""
    for module in (datasets, runs, schedules, run_results, run_events, short, health, documents):
        app.register_blueprint(module.blueprint)
    for of_scale in (metrics, fleet):
        app.register_blueprint(of_scale.blueprint)
    for of_accounts in (people, tokens, audit, access_api):
        app.register_blueprint(of_accounts.blueprint)
    for of_models in (models, model_versions, model_aliases, model_rules):
        app.register_blueprint(of_models.blueprint)
    for of_scenarios in (scenarios, scenario_questions, scenario_versions, scenario_saved):
        app.register_blueprint(of_scenarios.blueprint)
    _install_pages(app)


def _as_it_is(view: Callable[..., Any]) -> Callable[..., Any]:
    """Take a view as it is: none is a coroutine, and Flask would look at each one per request."""
    return view


def _add_layers(app: Flask, settings: Settings, is_service: bool) -> None:
    """Put the layers around Flask, the innermost first: doors beside it come before the headers."""
    live, bodies = app.extensions[LIVE], app.extensions[places.BODIES]
    entrance = Entrance(live, settings)
    app.wsgi_app = FunctionDoor(  # type: ignore[method-assign]
        app.wsgi_app, live, entrance, bodies, own_words(app)
    )
    app.extensions[DOOR] = door = Door(app.wsgi_app, live, bodies, settings)
    app.wsgi_app = door  # type: ignore[method-assign]
    app.wsgi_app = headers.SafeAnswers(app.wsgi_app, settings)  # type: ignore[method-assign]
    _trust_proxies(app, settings.proxies)
    spans = traces.start(settings.otlp, VERSION, settings.zone)
    begin = app.extensions[PULSE].begin if is_service else None
    is_bounded = is_service and settings.waiting > 0
    admission = Admission(settings.threads, settings.waiting) if is_bounded else None
    app.wsgi_app = quotas.WithinQuota(app.wsgi_app, live)  # type: ignore[method-assign]
    app.wsgi_app = watch.Watch(  # type: ignore[method-assign]
        app.wsgi_app, live.services.state / "metrics", settings.log, begin, admission, spans
    )


def _trust_proxies(app: Flask, count: int) -> None:
    """Take the caller's address and scheme from the proxies in front, never from the caller.

    X-Forwarded-Host is not looked at: many proxies pass on what the caller wrote there. This is the
    outermost layer, so that doors beside Flask see the same address.
    """
    if count > 0:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=1, x_host=0
        )


def _install_pages(app: Flask) -> None:
    from modelyard.web import pages

    pages.install(app)
