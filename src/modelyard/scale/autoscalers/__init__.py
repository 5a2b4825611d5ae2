"""How platforms decide how many instances there are: the same code for play and in earnest."""

from modelyard.scale.autoscalers.autoscaler import Autoscaler, Seen, autoscaler_for

__all__ = ["Autoscaler", "Seen", "autoscaler_for"]
