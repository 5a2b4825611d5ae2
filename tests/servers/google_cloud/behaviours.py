"""What some methods do besides creating, giving and removing."""

import base64
from typing import Any

from google_cloud.generic import Call, behaves, create, merge, now, operation
from google_cloud.state import Refused, State

NUMBER = "123456789012"
DONE = {"kind": "sql#operation", "status": "DONE"}


def furnish(state: State, project: str) -> None:
    """Put a project there, with the APIs that are on in a new one."""
    state.resources[f"projects/{project}"] = {
        "projectId": project,
        "projectNumber": NUMBER,
        "lifecycleState": "ACTIVE",
        "name": project,
    }
    for api in ("storage.googleapis.com", "serviceusage.googleapis.com"):
        _enable(state, project, api)


def _enable(state: State, project: str, api: str) -> None:
    name = f"projects/{NUMBER}/services/{api}"
    entry = {"name": name, "config": {"name": api}, "state": "ENABLED"}
    state.resources[f"projects/{project}/services/{api}"] = entry


@behaves("serviceusage.services.list")
def list_services(call: Call) -> Any:
    project = call.path.split("/")[1]
    if f"projects/{project}" not in call.state.resources:
        why = f"Project '{project}' not found or permission denied."
        raise Refused(403, "PERMISSION_DENIED", why)
    return {"services": list(call.state.below(call.path))}


@behaves("serviceusage.services.get")
def get_service(call: Call) -> Any:
    name = call.path.rpartition("/")[2]
    off = {"name": call.path, "config": {"name": name}, "state": "DISABLED"}
    return call.state.resources.get(call.path, off)


@behaves("serviceusage.services.enable")
def enable_service(call: Call) -> Any:
    _, project, _, api = call.path.split("/")
    _enable(call.state, project, api)
    return operation(call, {})


@behaves("serviceusage.services.batchEnable")
def enable_services(call: Call) -> Any:
    for api in call.body["serviceIds"]:
        _enable(call.state, call.path.split("/")[1], api)
    return operation(call, {})


@behaves("iam.projects.serviceAccounts.create")
def create_account(call: Call) -> Any:
    project = call.path.split("/")[1]
    email = f"{call.body['accountId']}@{project}.iam.gserviceaccount.com"
    account = dict(call.body.get("serviceAccount", {}))
    path = f"projects/{project}/serviceAccounts/{email}"
    account |= {"name": path, "email": email, "projectId": project, "uniqueId": NUMBER}
    return call.state.put_new(path, account)


@behaves("iam.projects.serviceAccounts.get", "iam.projects.serviceAccounts.delete")
def account_by_email(call: Call) -> Any:
    """The project may be written as a dash: the address tells it."""
    email = call.path.rpartition("/")[2]
    path = f"projects/{email.partition('@')[2].partition('.')[0]}/serviceAccounts/{email}"
    if call.method.action == "delete":
        call.state.remove(path)
        return {}
    return call.state.get(path)


@behaves("secretmanager.projects.secrets.create")
def create_secret(call: Call) -> Any:
    made = create(call)
    made["name"] = made["name"].replace("projects/demo", f"projects/{NUMBER}")
    return made


@behaves("secretmanager.projects.secrets.addVersion")
def add_version(call: Call) -> Any:
    call.state.get(call.path)
    number = 1 + len(list(call.state.below(f"{call.path}/versions")))
    path = f"{call.path}/versions/{number}"
    sent = call.body["payload"]["data"] + "=="
    call.state.content[path] = base64.urlsafe_b64decode(sent.replace("+", "-").replace("/", "_"))
    made = {"name": path, "state": "ENABLED", "createTime": now()}
    return call.state.put_new(path, made) | {"clientSpecifiedPayloadChecksum": True}


@behaves("secretmanager.projects.secrets.versions.list")
def list_versions(call: Call) -> Any:
    return {"versions": list(call.state.below(call.path))}


@behaves("sql.instances.insert")
def make_instance(call: Call) -> Any:
    body, project = call.body, call.path.split("/")[1]
    path = f"{call.path}/{body['name']}"
    made = dict(body) | {"state": "RUNNABLE", "project": project, "kind": "sql#instance"}
    made["connectionName"] = f"{project}:{body['region']}:{body['name']}"
    call.state.put_new(path, made)
    return _sql_done(call, body["name"])


@behaves("sql.instances.patch", "sql.instances.update")
def change_instance(call: Call) -> Any:
    found = call.state.get(call.path)
    settings = found.get("settings", {}) | call.body.get("settings", {})
    merge(found, call.body)
    found["settings"] = settings
    return _sql_done(call, call.path.rpartition("/")[2])


@behaves("sql.instances.delete")
def delete_instance(call: Call) -> Any:
    found = call.state.get(call.path)
    if found.get("settings", {}).get("deletionProtectionEnabled"):
        raise Refused(400, "FAILED_PRECONDITION", "The instance is protected.")
    call.state.remove(call.path)
    return _sql_done(call, call.path.rpartition("/")[2])


@behaves("sql.databases.insert", "sql.users.insert")
def make_part(call: Call) -> Any:
    instance = call.path.rpartition("/")[0]
    call.state.get(instance)
    call.state.put_new(f"{call.path}/{call.body['name']}", dict(call.body))
    return _sql_done(call, instance.rpartition("/")[2])


@behaves("sql.users.update")
def change_user(call: Call) -> Any:
    found = call.state.get(f"{call.path}/{call.query['name']}")
    found.update(call.body)
    return _sql_done(call, call.path.split("/")[-2])


@behaves("sql.users.list", "sql.databases.list")
def list_parts(call: Call) -> Any:
    return {"items": list(call.state.below(call.path))}


@behaves("sql.operations.get")
def sql_operation(call: Call) -> Any:
    return DONE | {"name": call.path.rpartition("/")[2]}


def _sql_done(call: Call, instance: str) -> Any:
    project = call.path.split("/")[1]
    return DONE | {
        "name": "op",
        "targetId": instance,
        "targetProject": project,
        "selfLink": f"{call.address}/sql/v1beta4/projects/{project}/operations/op",
    }


@behaves("cloudresourcemanager.projects.getIamPolicy")
def project_policy(call: Call) -> Any:
    return call.state.policies.get(call.path, {"etag": "BwX=", "version": 1})


@behaves("storage.buckets.getStorageLayout")
def storage_layout(call: Call) -> Any:
    bucket = call.path.rpartition("/")[0]
    call.state.get(bucket)
    return {"kind": "storage#storageLayout", "bucket": bucket.rpartition("/")[2]}


def push_image(state: State, name: str, digest: str) -> None:
    """Have an image in the registry, as docker would push it, by its whole name with tag."""
    path, _, tag = name.rpartition(":")
    host, project, repository, package = path.split("/")
    location = host.removesuffix("-docker.pkg.dev")
    where = f"projects/{project}/locations/{location}/repositories/{repository}"
    state.get(where)
    inside = f"{where}/packages/{package}"
    version = f"{inside}/versions/{digest}"
    state.resources[inside] = {"name": inside}
    state.resources[version] = {"name": version, "createTime": now(), "metadata": {}}
    name = f"{inside}/tags/{tag}"
    state.resources[name] = {"name": name, "version": version}
