"""Answers as text for a terminal: aligned, exact, and no wider than the window."""
