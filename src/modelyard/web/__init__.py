"""The HTTP door: pages for people, JSON for programs.

`flask --app modelyard.web run`, `gunicorn 'modelyard.web:create_app()'`, uWSGI and Granian all
serve the application that `create_app` makes.
"""

from modelyard.web.app import create_app

__all__ = ["create_app"]
