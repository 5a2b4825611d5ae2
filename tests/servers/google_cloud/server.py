"""The server: it finds the method, checks the request, and has it answered."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from google_cloud import batch, behaviours, compute, run, storage, vertex
from google_cloud.discovery import Method, methods_of, schemas_of
from google_cloud.generic import Call, answer, plain_path
from google_cloud.schema_check import faults_in
from google_cloud.state import Refused, State

assert behaviours and compute and run and vertex
APIS = (
    "run.v1", "artifactregistry.v1", "iam.v1", "serviceusage.v1", "cloudresourcemanager.v1",
    "secretmanager.v1", "sqladmin.v1beta4", "storage.v1", "cloudbuild.v1",
)  # fmt: skip
PROBES = ("GET", "HEAD")
SENT_WITHOUT_NEED = {"returnPartialSuccess"}
"""Parameters that gcloud sends to methods whose description does not have them."""


class GoogleCloud:
    """A local Google Cloud with a project, and what gcloud must be told to talk to it."""

    def __init__(self, apis: tuple[str, ...] = APIS, project: str = "demo") -> None:
        self.state = State()
        self.project = project
        self._methods = [method for api in apis for method in methods_of(api)]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._door())
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        behaviours.furnish(self.state, project)

    def environ(self, config: str) -> dict[str, str]:
        """Give the variables with which gcloud talks to this server alone."""
        port = str(self._server.server_port)
        names = ("ARTIFACTREGISTRY", "SQL", "SERVICEUSAGE", "CLOUDRESOURCEMANAGER", "IAM",
                 "CLOUDBUILD", "SECRETMANAGER", "STORAGE", "LOGGING", "CONTAINERANALYSIS",
                 "AIPLATFORM", "DNS", "MONITORING")  # fmt: skip
        over = "CLOUDSDK_API_ENDPOINT_OVERRIDES_"
        given = {f"{over}{name}": f"{self.address}/" for name in names}
        return given | {
            f"{over}RUN": "http://run.fake/",
            f"{over}COMPUTE": f"{self.address}/compute/v1/",
            f"{over}STORAGE": f"{self.address}/storage/v1/",
            "CLOUDSDK_PROXY_TYPE": "http_no_tunnel",
            "CLOUDSDK_PROXY_ADDRESS": "127.0.0.1",
            "CLOUDSDK_PROXY_PORT": port,
            "CLOUDSDK_CONFIG": config,
            "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
            "CLOUDSDK_CORE_PROJECT": self.project,
            "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "true",
            "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
            "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
            "no_proxy": "",
            "NO_PROXY": "",
        }

    def serve(self) -> None:
        """Serve until it is closed."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    def respond(self, verb: str, target: str, raw: bytes, headers: Any) -> tuple[int, Any, dict]:
        """Answer one request: a status, a document or bytes, and headers."""
        split = urlsplit(target)
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        if split.path.startswith("/batch/"):
            return batch.respond(self, raw, headers)
        with self.state.lock:
            try:
                if found := storage.respond(self, verb, split.path, query, raw, headers):
                    return found
                return 200, self._understood(verb, split.path, query, raw), {}
            except Refused as refused:
                return refused.status, problem(refused), {}
            except Exception as fault:  # noqa: BLE001 (said to who asks, and to the test)
                self.state.faults.append(f"{verb} {target}: {fault!r}")
                return 400, problem(Refused(400, "INTERNAL", repr(fault))), {}

    def _understood(self, verb: str, path: str, query: dict[str, str], raw: bytes) -> Any:
        method = self.find(verb, path)
        if method is None:
            self.state.faults.append(f"no API has {verb} {path}")
            raise Refused(404, "NOT_FOUND", f"no API has {verb} {path}")
        body = json.loads(raw) if raw.strip() else {}
        self.check(method, query, body)
        if (
            verb not in PROBES and not method.id.endswith(("IamPolicy", "Permissions"))
        ) or method.id.endswith("setIamPolicy"):
            self.state.count_change()
        call = Call(method, plain_path(unquote(path)), query, body, self.address, path, self.state)
        return answer(call)

    def check(self, method: Method, query: dict[str, str], body: Any) -> None:
        """Note the call, and refuse what does not fit Google's description of it."""
        self.state.asked.append(method.id)
        known = method.parameters | SENT_WITHOUT_NEED
        faults = [f"query {name} is not known" for name in query if name not in known]
        if method.request:
            schemas = schemas_of(method.api)
            faults += faults_in(body, {"$ref": method.request}, schemas)
        elif body:
            faults.append("a body is not expected")
        if faults:
            self.state.faults.extend(f"{method.id}: {fault}" for fault in faults)
            raise Refused(400, "INVALID_ARGUMENT", "; ".join(faults))

    def find(self, verb: str, path: str) -> Method | None:
        """Find the method that is meant."""
        fitting = (
            method
            for method in self._methods
            if method.verb == verb and method.pattern.fullmatch(path)
        )
        return max(fitting, key=lambda method: method.literals, default=None)

    def _door(self) -> type[BaseHTTPRequestHandler]:
        cloud = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _do(self) -> None:
                raw = read_body(self)
                status, said, headers = cloud.respond(self.command, self.path, raw, self.headers)
                text = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                for name, value in ({"Content-Type": "application/json"} | headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _do  # noqa: N815

            def log_message(self, *said: Any) -> None:
                """Say nothing."""

        return Door


def read_body(door: BaseHTTPRequestHandler) -> bytes:
    """Read a body, whole or in pieces."""
    if door.headers.get("Transfer-Encoding", "").lower() == "chunked":
        pieces = b""
        while size := int(door.rfile.readline().split(b";")[0], 16):
            pieces += door.rfile.read(size)
            door.rfile.readline()
        door.rfile.readline()
        return pieces
    return door.rfile.read(int(door.headers.get("Content-Length") or 0))


def problem(refused: Refused) -> dict[str, Any]:
    """Give a refusal as Google writes it."""
    entry = {"message": refused.message, "reason": refused.reason, "domain": "global"}
    return {
        "error": {
            "code": refused.status,
            "message": refused.message,
            "status": refused.reason,
            "errors": [entry],
        }
    }


@contextmanager
def google_cloud(*apis: str) -> Iterator[GoogleCloud]:
    """Have a local Google Cloud as long as it is needed; `apis` besides those of Cloud Run."""
    cloud = GoogleCloud((*APIS, *apis))
    cloud.serve()
    try:
        yield cloud
    finally:
        cloud.close()
