"""What-if models on the web: forms, addresses of states, and figures in words."""
