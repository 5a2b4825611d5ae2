"""The door for predictions: a thin WSGI callable beside Flask, over the same library.

Flask's own dispatch costs more than most predictions do.
"""

from modelyard.web.door.door import Door

__all__ = ["DOOR", "Door"]

DOOR = "modelyard.door"
"""Where an application has its door."""
