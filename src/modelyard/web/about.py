"""What this service is, on what it runs, and what it answers: for its visitors, nothing secret."""

import platform
import sys
from importlib import metadata
from typing import Any

from flask import request

from modelyard.version import VERSION
from modelyard.web.api.documents import whole_document
from modelyard.web.container import is_in_container, memory_limit, processor_limit
from modelyard.web.live import services

KIND = "A Modelyard: a folder of data and Python, as one service of pages and REST."
MEANINGS = {
    "get": "read",
    "head": "read",
    "options": "read",
    "post": "create",
    "put": "update",
    "patch": "update",
    "delete": "delete",
}
PACKAGES = ("flask", "werkzeug", "jinja2")
SERVERS = {"granian": "Granian", "gunicorn": "gunicorn", "uwsgi": "uWSGI", "werkzeug": "Werkzeug"}


def about() -> dict[str, Any]:
    """Give all that is told."""
    workspace = services().workspace
    return {
        "service": {
            "name": workspace.title,
            "description": workspace.config.workspace.description,
            "kind": KIND,
            "version": VERSION,
        },
        "flask": web_stack(),
        "docker": container(),
        "ports": ports(),
        "endpoints": endpoints(),
    }


def web_stack() -> dict[str, Any]:
    """Give the framework, the server, and how many work at one time."""
    name = server_name()
    told: dict[str, Any] = {
        "framework": "Flask",
        "interface": "WSGI",
        "server": SERVERS.get(name, name or "unknown"),
        "versions": {"python": platform.python_version(), "modelyard": VERSION},
        "processes": "several" if request.environ.get("wsgi.multiprocess") else "one",
        "threads": "several" if request.environ.get("wsgi.multithread") else "one",
    }
    for package in (*PACKAGES, *([name] if name in SERVERS and name not in PACKAGES else ())):
        told["versions"][package] = version_of(package)
    if name == "granian":
        settings = services().settings
        told |= {"processes": settings.workers, "threads": settings.threads}
    return told


def server_name() -> str:
    """Give the server by the name of its package; what it calls itself where it is none we know.

    uWSGI gives its own module to the process, and calls itself nothing.
    """
    if "uwsgi" in sys.modules:
        return "uwsgi"
    told = str(request.environ.get("SERVER_SOFTWARE", "")).partition("/")[0].lower()
    if told:
        return told
    return "granian" if "granian" in sys.modules else ""


def version_of(package: str) -> str:
    """Give the version of an installed package; empty for none."""
    if package == "uwsgi":
        told = getattr(sys.modules.get("uwsgi"), "version", b"")
        return told.decode() if isinstance(told, bytes) else str(told)
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def container() -> dict[str, Any]:
    """Give the container and its limits, or that there is none."""
    image = services().settings.image
    is_one = bool(image) or is_in_container()
    return {
        "is_container": is_one,
        "image": image or None,
        "memory_bytes": memory_limit() if is_one else None,
        "processors": processor_limit() if is_one else None,
    }


def ports() -> list[dict[str, Any]]:
    """Give where a request passes, from outside to inside."""
    settings = services().settings
    name = server_name()
    found: list[dict[str, Any]] = []
    if settings.public_url:
        found.append({"where": "people's address", "address": settings.public_url})
    if settings.proxies:
        found.append({"where": "trusted proxies", "count": settings.proxies})
    found.append({"where": "asked as", "address": request.host_url.rstrip("/")})
    port = settings.port if name == "granian" else request.environ.get("SERVER_PORT", "")
    address = {"port": int(port)} if str(port).isdecimal() else {}
    return [*found, {"where": f"{SERVERS.get(name, 'the server')} listens"} | address]


def endpoints() -> list[dict[str, str]]:
    """Give every operation that the one who asks may know, with its verb and what that means."""
    return [
        {
            "verb": verb.upper(),
            "meaning": MEANINGS.get(verb, ""),
            "address": path,
            "summary": operation.get("summary", ""),
        }
        for path, item in whole_document()["paths"].items()
        for verb, operation in item.items()
    ]
