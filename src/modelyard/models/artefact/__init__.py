"""What can be known of a model file without running anything in it."""
