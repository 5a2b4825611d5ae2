"""Several requests in one, as gcloud sends them to Compute Engine."""

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google_cloud.server import GoogleCloud

MARK = "answers"


def respond(cloud: "GoogleCloud", raw: bytes, headers: Any) -> tuple[int, bytes, dict[str, str]]:
    """Answer each of them, in one answer of parts."""
    mark = re.search(r"boundary=['\"]?([^'\";]+)", headers["Content-Type"])[1].encode()
    written = b""
    for part in raw.replace(b"\r\n", b"\n").split(b"--" + mark)[1:-1]:
        about, _, request = part.strip(b"\n").partition(b"\n\n")
        name = re.search(rb"Content-ID: <([^>]+)>", about, re.I)[1]
        first, _, body = request.partition(b"\n\n")
        verb, target, _ = first.split(b"\n")[0].decode().split(" ", 2)
        status, said, _ = cloud.respond(verb, target, body.strip(), headers)
        written += b"--%s\r\nContent-Type: application/http\r\n" % MARK.encode()
        written += b"Content-ID: <response-%s>\r\n\r\nHTTP/1.1 %d OK\r\n" % (name, status)
        written += b"Content-Type: application/json\r\n\r\n" + json.dumps(said).encode() + b"\r\n"
    written += b"--%s--" % MARK.encode()
    return 200, written, {"Content-Type": f"multipart/mixed; boundary={MARK}"}
