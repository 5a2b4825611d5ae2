"""Groups as their clouds tell of them: how many instances there are to be, and who decided that.

Only asked, never changed: by the person's or the service's own sign-in to gcloud and aws.
"""

from modelyard.deploy.groups.group import Group
from modelyard.deploy.groups.looking import Told, look_at_groups

__all__ = ["Group", "Told", "look_at_groups"]
