"""`[deploy.vertex_ai]`: the image as a custom container for predictions."""

from modelyard.workspace.deploying.settings import TargetSettings


class VertexAiSettings(TargetSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the section may say."""

    project: str = ""
    region: str = ""
