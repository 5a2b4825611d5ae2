"""Tables that lie in a database or on a cluster: it does the work, and only results come back."""
