"""Signing in with OpenID Connect: another service vouches for who somebody is.

`attempt` is what our cookie holds between leaving for the provider and coming back, `provider` the
conversation with it, `id_token` what its word is worth. Authlib is loaded at the first use.
"""
