"""Cloud Storage: buckets and objects, and objects that are written only where none is."""

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from google_cloud.generic import now
from google_cloud.state import Refused

if TYPE_CHECKING:
    from google_cloud.server import GoogleCloud

Reply = tuple[int, Any, dict[str, str]]
BUCKETS = re.compile(r"/storage/v1/b/?")
BUCKET = re.compile(r"/storage/v1/b/([^/]+)")
OBJECTS = re.compile(r"/storage/v1/b/([^/]+)/o")
OBJECT = re.compile(r"/storage/v1/b/([^/]+)/o/(.+)")
UPLOAD = re.compile(r"/(?:resumable/)?upload/storage/v1/b/([^/]+)/o")
MEDIA = re.compile(r"/download/storage/v1/b/([^/]+)/o/(.+)")


def respond(  # noqa: PLR0913, PLR0917, PLR0911
    cloud: "GoogleCloud", verb: str, path: str, query: dict[str, str], raw: bytes, headers: Any
) -> Reply | None:
    """Answer what is asked of buckets and objects; None for all else."""
    state = cloud.state
    if found := UPLOAD.fullmatch(path):
        return _upload(cloud, found[1], query, raw, headers)
    if found := MEDIA.fullmatch(path):
        return 200, state.content[_object_path(found[1], unquote(found[2]))], {}
    if BUCKETS.fullmatch(path) and verb == "POST":
        method = cloud.find(verb, path)
        body = json.loads(raw)
        cloud.check(method, query, body)
        state.count_change()
        made = body | {"projectNumber": "1", "metageneration": "1", "timeCreated": now()}
        return 200, state.put_new(f"b/{body['name']}", {"kind": "storage#bucket"} | made), {}
    if found := OBJECTS.fullmatch(path):
        state.get(f"b/{found[1]}")
        items = [
            one
            for name, one in state.resources.items()
            if name.startswith(f"b/{found[1]}/o/")
            and one["name"].startswith(query.get("prefix", ""))
        ]
        return 200, {"kind": "storage#objects", "items": items}, {}
    if found := OBJECT.fullmatch(path):
        return _object(cloud, verb, _object_path(found[1], unquote(found[2])), query)
    if (found := BUCKET.fullmatch(path)) and verb == "DELETE":
        if any(name.startswith(f"b/{found[1]}/o/") for name in state.resources):
            raise Refused(409, "conflict", "The bucket you tried to delete is not empty.")
        state.count_change()
        state.remove(f"b/{found[1]}")
        return 204, b"", {}
    return None


def _object_path(bucket: str, name: str) -> str:
    return f"b/{bucket}/o/{name}"


def _object(cloud: "GoogleCloud", verb: str, path: str, query: dict[str, str]) -> Reply:
    if verb == "DELETE":
        cloud.state.count_change()
        cloud.state.remove(path)
        cloud.state.content.pop(path, None)
        return 204, b"", {}
    found = cloud.state.get(path)
    if query.get("alt") == "media":
        return 200, cloud.state.content[path], {}
    return 200, found, {}


def _upload(
    cloud: "GoogleCloud", bucket: str, query: dict[str, str], raw: bytes, headers: Any
) -> Reply:
    """Take an object: in one request, in one with its description, or in pieces."""
    state = cloud.state
    state.get(f"b/{bucket}")
    kind, name = query.get("uploadType"), query.get("name", "")
    if kind == "resumable" and "upload_id" not in query:
        name = name or json.loads(raw or b"{}").get("name", "")
        _refuse_there(cloud, bucket, name, query)
        more = f"upload_id=1&name={name}&ifGenerationMatch={query.get('ifGenerationMatch', '')}"
        place = f"{cloud.address}/upload/storage/v1/b/{bucket}/o?uploadType=resumable&{more}"
        return 200, b"", {"Location": place, "X-GUploader-UploadID": "1"}
    if kind == "multipart":
        mark = re.search(r"boundary=['\"]?([^'\";]+)", headers["Content-Type"])[1].encode()
        parts = [part.split(b"\r\n\r\n", 1) if b"\r\n\r\n" in part else part.split(b"\n\n", 1)
                 for part in raw.split(b"--" + mark)[1:-1]]  # fmt: skip
        name = json.loads(parts[0][1])["name"]
        raw = parts[1][1].rstrip(b"\r\n")
    _refuse_there(cloud, bucket, name, query)
    state.count_change()
    path = _object_path(bucket, name)
    state.content[path] = raw
    digest = hashlib.md5(raw, usedforsecurity=False).digest()
    state.resources[path] = {
        "kind": "storage#object",
        "bucket": bucket,
        "name": name,
        "size": str(len(raw)),
        "md5Hash": base64.b64encode(digest).decode(),
        "generation": "1",
        "metageneration": "1",
        "timeCreated": now(),
        "updated": now(),
        "mediaLink": f"{cloud.address}/download/storage/v1/{path}?alt=media",
    }
    return 200, state.resources[path], {}


def _refuse_there(cloud: "GoogleCloud", bucket: str, name: str, query: dict[str, str]) -> None:
    if (
        query.get("ifGenerationMatch") == "0"
        and _object_path(bucket, name) in cloud.state.resources
    ):
        raise Refused(412, "conditionNotMet", "At least one of the pre-conditions did not hold.")
