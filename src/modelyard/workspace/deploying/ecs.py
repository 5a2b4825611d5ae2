"""`[deploy.ecs]`: containers at Amazon, as one CloudFormation stack."""

from modelyard.workspace.deploying.settings import TargetSettings


class EcsSettings(TargetSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the section may say."""

    region: str = ""
