"""A real OpenID Connect provider in a process of its own, which can be told to misbehave.

It has a key of its own, a discovery document, keys, an authorization endpoint that signs in at
once whoever `POST /person` named last, and a token endpoint that checks client, secret, redirect
address, code and PKCE. `POST /misbehave` says what is to be wrong with the next answers.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

CLIENT_ID = "modelyard-tests"
CLIENT_SECRET = "a secret of tests + with signs %"


@dataclass
class OidcProvider:
    """The process, and what it can be told."""

    issuer: str
    process: "subprocess.Popen[bytes]"

    def person(self, **claims: object) -> None:
        """Say who is signed in there: sub, email, email_verified, name."""
        self._post("/person", claims)

    def misbehave(self, **faults: object) -> None:
        """Say what is to be wrong from now on; nothing, without arguments."""
        self._post("/misbehave", faults)

    def stop(self) -> None:
        """Take it down."""
        self.process.kill()
        self.process.wait(10)

    def _post(self, path: str, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.issuer + path, body, headers)
        urllib.request.urlopen(request, timeout=10).close()


@contextmanager
def oidc_provider() -> Iterator[OidcProvider]:
    """Run a provider until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, __file__, str(port)], env=os.environ.copy())
    try:
        _wait_for(issuer + "/.well-known/openid-configuration", process)
        yield OidcProvider(issuer, process)
    finally:
        process.kill()
        process.wait(10)


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the provider did not start")


class Service:
    """What the process answers."""

    def __init__(self, issuer: str) -> None:
        from joserfc.jwk import RSAKey

        self.issuer = issuer
        self.keys = {
            name: RSAKey.generate_key(2048, {"kid": name}, private=True)
            for name in ("one", "two", "never published")
        }
        self.published = ["one"]
        self.codes: dict[str, dict[str, str]] = {}
        self.given: dict[str, dict[str, Any]] = {}
        self.who: dict[str, Any] = {}
        self.faults: dict[str, Any] = {}

    def answer(self, request: Any) -> Any:
        from werkzeug.wrappers import Response

        if request.method == "POST" and request.path in {"/person", "/misbehave"}:
            setattr(self, "who" if request.path == "/person" else "faults", request.get_json())
            self.published = self.faults.get("published", self.published)
            return Response(status=204)
        if self.faults.get("status"):
            return Response("<h1>Bad gateway</h1>", self.faults["status"], mimetype="text/html")
        pages = {
            "/.well-known/openid-configuration": lambda _: self.described(),
            "/jwks": lambda _: {
                "keys": [self.keys[name].as_dict(private=False) for name in self.published]
            },
            "/token": self.token,
            "/userinfo": self.userinfo,
        }
        if request.path == "/authorize":
            return self.authorize(request)
        content = pages[request.path](request) if request.path in pages else {"error": "not_found"}
        status = 400 if "error" in content else 200
        return Response(json.dumps(content), status, mimetype="application/json")

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.faults.get("issuer", self.issuer),
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": self.faults.get(
                "auth_methods", ["client_secret_basic"]
            ),
        }

    def authorize(self, request: Any) -> Any:
        """Sign in at once whoever is there, or answer with an error."""
        from werkzeug.utils import redirect

        asked = request.args
        back = {"state": asked["state"]}
        if "error" in self.faults:
            back |= {"error": self.faults["error"]}
        else:
            right = asked["client_id"] == CLIENT_ID and asked["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked.to_dict() if right else {}
            back |= {"code": code}
        return redirect(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    def token(self, request: Any) -> dict[str, Any]:
        """Give tokens for a code, once."""
        asked = self.codes.pop(request.form.get("code", ""), None)
        if not self._proves_client(request):
            return {"error": "invalid_client"}
        verifier = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = _written(verifier)
        if not asked or asked["code_challenge"] != challenge:
            return {"error": "invalid_grant", "error_description": "PKCE or code"}
        if asked["redirect_uri"] != request.form.get("redirect_uri"):
            return {"error": "invalid_grant", "error_description": "redirect_uri"}
        access = secrets.token_urlsafe(16)
        self.given[access] = {"sub": self.who.get("sub", "person-1"), **self.who}
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        if self.faults.get("id_token") != "missing":
            answer["id_token"] = self.id_token(asked["nonce"])
        return answer

    def userinfo(self, request: Any) -> dict[str, Any]:
        """Tell more about a person."""
        access = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return self.given.get(access, {"error": "invalid_token"}) | self.faults.get("userinfo", {})

    def id_token(self, nonce: str) -> str:
        """Write who signed in, and sign it, as the faults say."""
        from joserfc import jwt

        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "person-1",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.who,
            **self.faults.get("claims", {}),
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        algorithm = self.faults.get("alg", "RS256")
        header = {"alg": algorithm, "kid": self.faults.get("kid", self.published[0])}
        signed = ".".join(_written(json.dumps(part).encode()) for part in (header, claims))
        if algorithm == "none":
            return f"{signed}."
        if algorithm == "HS256":
            public = self.keys["one"].as_pem(private=False)
            mark = hmac.digest(public, signed.encode(), "sha256")
            return f"{signed}.{_written(mark)}"
        return jwt.encode(header, claims, self.keys[self.faults.get("key", self.published[0])])

    def _proves_client(self, request: Any) -> bool:
        given = request.authorization
        if given is None:
            form = request.form
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        return (given.username, given.password) == (CLIENT_ID, CLIENT_SECRET)


def _written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def main(port: int) -> None:
    """Serve until killed."""
    from werkzeug.serving import run_simple
    from werkzeug.wrappers import Request

    service = Service(f"http://127.0.0.1:{port}")

    def application(environ: Any, start_response: Any) -> Any:
        return service.answer(Request(environ))(environ, start_response)

    run_simple("127.0.0.1", port, application, threaded=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
