"""A local Google Cloud: it keeps what is made, and checks every request against Google's own
published descriptions of its APIs (discovery documents)."""

from google_cloud.server import GoogleCloud, google_cloud

__all__ = ["GoogleCloud", "google_cloud"]
