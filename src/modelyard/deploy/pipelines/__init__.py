"""Pipelines that test, build, and deploy by digest, without a key of anybody's in them."""
