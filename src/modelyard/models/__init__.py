"""Trained models: from a file that somebody saved to predictions, without trusting the file."""
