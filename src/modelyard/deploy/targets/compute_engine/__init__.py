"""Compute Engine: groups of machines behind one load balancer."""
