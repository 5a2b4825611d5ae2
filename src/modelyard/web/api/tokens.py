"""Tokens over REST."""

from flask import Blueprint, Response, request

from modelyard.errors import Invalid
from modelyard.web import own_tokens
from modelyard.web.account_json import token_json
from modelyard.web.body import json_object
from modelyard.web.needs import for_anybody_known
from modelyard.web.query import Query
from modelyard.web.replies import unkept

blueprint = Blueprint("tokens_api", __name__, url_prefix="/api/v1/tokens")


@blueprint.get("")
@for_anybody_known
def list_tokens() -> Response:
    """List one's own tokens; an owner may ask for everybody's."""
    query = Query(request.args, "all")
    tokens = own_tokens.list_tokens(query.flag("all"))
    return unkept({"tokens": [token_json(token) for token in tokens]})


@blueprint.post("")
@for_anybody_known
def create_token() -> Response:
    """Make a token; its secret is in the answer this once."""
    given = json_object("name", "scopes", "resource", "expires_days", "quota")
    token, secret = own_tokens.create_token(given)
    answer = unkept(token_json(token) | {"token": secret}, 201)
    answer.headers["Location"] = f"/api/v1/tokens/{token.id}"
    return answer


@blueprint.patch("/<token_id>")
@for_anybody_known
def change_token(token_id: str) -> Response:
    """Change how often a token may ask."""
    given = json_object("quota")
    if "quota" not in given:
        raise Invalid("member 'quota'", "is missing.", "null takes the bound away.")
    return unkept(token_json(own_tokens.set_quota(token_id, given["quota"])))


@blueprint.delete("/<token_id>")
@for_anybody_known
def revoke_token(token_id: str) -> Response:
    """Revoke a token."""
    own_tokens.revoke_token(token_id)
    return Response(status=204)
