"""How large a service must be: loads that are sent, traces that are played, policies compared."""
