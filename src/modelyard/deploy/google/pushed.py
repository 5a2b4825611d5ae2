"""Images that were pushed before: from where Google's machines may fetch them."""

from modelyard.errors import Invalid

HOSTS = ("docker.pkg.dev", "gcr.io")


def refuse_elsewhere(title: str, image: str) -> None:
    """Raise Invalid for an image of another registry; no image is right."""
    host = image.partition("/")[0]
    if image and not host.endswith(HOSTS):
        why = f"{title} does not take images from {host[:80]}."
        raise Invalid("image", why, "Push it to the project's Artifact Registry.")
