"""Loads that are sent to one's own service: at times that are set before, whatever it answers."""
