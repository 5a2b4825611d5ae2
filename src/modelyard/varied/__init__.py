"""Trained models as what-if models: an adapter above both rooms."""
