"""The files with which a workspace becomes an image, and runs behind nginx on one machine."""

import re
from importlib import resources
from pathlib import Path

from modelyard.version import VERSION

FILES = {
    "Dockerfile": "Dockerfile",
    "dockerignore.txt": ".dockerignore",
    "compose.yaml": "compose.yaml",
    "compose.gunicorn-uwsgi.yaml": "compose.gunicorn-uwsgi.yaml",
    "env.example": ".env.example",
    "Makefile": "Makefile",
    "cloud.mk": "cloud.mk",
    "nginx/nginx.conf": "nginx/nginx.conf",
    "nginx/who_answers.conf": "nginx/who_answers.conf",
    "nginx/tls.conf.example": "nginx/tls.conf.example",
}
"""The templates, and what they are called in the workspace."""
LONGEST_IMAGE_NAME = 60
LONGEST_DEPLOYMENT_NAME = 24


def write_containers(folder: Path, name: str) -> None:
    """Write the files for a workspace that is called so."""
    image = image_name(name)
    for template, target in FILES.items():
        path = folder / target
        path.parent.mkdir(exist_ok=True)
        text = _text(template).replace("{{image}}", image).replace("{{version}}", VERSION)
        text = text.replace("{{deployment}}", deployment_name(name))
        path.write_text(text, encoding="utf-8", newline="\n")


def image_name(name: str) -> str:
    """Give what Docker takes for the name of an image: small letters, digits and dashes."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return plain[:LONGEST_IMAGE_NAME].rstrip("-") or "workspace"


def deployment_name(name: str) -> str:
    """Give the name under which it is deployed: as clouds take it, with a letter first."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    lettered = plain if plain[:1].isalpha() else f"yard-{plain}"
    return lettered[:LONGEST_DEPLOYMENT_NAME].rstrip("-")


def _text(name: str) -> str:
    place = resources.files(__package__).joinpath("files", "containers", *name.split("/"))
    return place.read_text(encoding="utf-8")
