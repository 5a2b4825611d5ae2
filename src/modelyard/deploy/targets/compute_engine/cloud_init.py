"""What a machine of Container-Optimised OS does when it starts, as cloud-init reads it.

Systemd units, and no script: no value of the settings is ever read by a shell.
"""

from dataclasses import dataclass

from modelyard.workspace.deploying.compute_engine import ComputeEngineSettings

SERVICE = "modelyard"
UNITS = "/etc/systemd/system"
SETTINGS_FILE = "/etc/modelyard/settings.env"
STATE = "/var/lib/modelyard/state"
OWN = "/run/modelyard/own.env"
USER = "10001:10001"
SOCKETS = "/run/cloudsql"
PROXY_IMAGE = "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.15.2"
STOP_S = 75
"""How long the service may take to end; a machine that is taken away has 90 s."""
DRAIN_S = 15
"""So long it still answers while its health check fails: the load balancer looks every 5 s."""
PROXIES = 2
"""Google's load balancer writes two addresses into X-Forwarded-For: the caller's, and its own."""


@dataclass(frozen=True)
class Machine:
    """What decides how a machine starts."""

    project: str
    image: str
    """By its digest."""
    settings: ComputeEngineSettings
    secrets: tuple[tuple[str, str], ...] = ()
    """The variables that are secrets, and the secrets' names."""
    cloud_sql: str = ""
    """The instance PROJECT:REGION:NAME that is reached by a socket below /cloudsql."""
    blobs: str = ""
    is_public: bool = False


def cloud_init(machine: Machine) -> str:
    """Give the user-data of the instance template."""
    units = {f"{SERVICE}.service": _service_unit(machine)}
    if machine.cloud_sql:
        units["cloud-sql-proxy.service"] = _proxy_unit(machine.cloud_sql)
    if machine.settings.target_latency_ms:
        units["modelyard-latency.service"] = _latency_unit(machine.settings.port)
    files = {SETTINGS_FILE: _settings_file(machine)}
    files |= {f"{UNITS}/{name}": text for name, text in units.items()}
    written = "".join(_write_file(path, text) for path, text in files.items())
    started = "".join(
        f"- [systemctl, start, --no-block, {name}]\n" for name in sorted(units, key=_order)
    )
    return (
        f"#cloud-config\nwrite_files:\n{written}runcmd:\n"
        f'- [iptables, -w, -A, INPUT, -p, tcp, --dport, "{machine.settings.port}", -j, ACCEPT]\n'
        f"- [systemctl, daemon-reload]\n{started}"
    )


def environment(machine: Machine) -> dict[str, str]:
    """Give the settings of the service that are no secrets."""
    settings = machine.settings
    found = {
        "MODELYARD_PORT": str(settings.port),
        "MODELYARD_IMAGE": machine.image,
        "MODELYARD_WORKERS": str(settings.processes),
        "MODELYARD_THREADS": str(settings.threads),
        "MODELYARD_RUN_WORKERS": str(settings.run_workers),
        "MODELYARD_PROXIES": str(PROXIES),
        "MODELYARD_DRAIN_S": str(DRAIN_S),
        "MODELYARD_LOG": "json",
        "MODELYARD_METRICS": "loopback",
    }
    if settings.domains:
        found["MODELYARD_PUBLIC_URL"] = f"https://{settings.domains[0]}"
    if machine.blobs:
        found["MODELYARD_BLOBS"] = machine.blobs
    if machine.is_public:
        found["MODELYARD_PUBLIC"] = "true"
    return {**found, **settings.environment}


def _settings_file(machine: Machine) -> str:
    return "".join(f"{name}={value}\n" for name, value in environment(machine).items())


def _service_unit(machine: Machine) -> str:
    host = machine.image.partition("/")[0]
    pairs = " ".join(f"{variable}={name}" for variable, name in machine.secrets)
    needs = " cloud-sql-proxy.service" if machine.cloud_sql else ""
    socket = f"--volume={SOCKETS}:/cloudsql " if machine.cloud_sql else ""
    docker = "/usr/bin/docker"
    own = (
        f"{docker} run --rm --network=host --user=0 --volume=/run/modelyard:/run/modelyard "
        f"--entrypoint=python {machine.image} -m modelyard.deploy.google.machine_start "
        f"{machine.project} {OWN} {pairs}"
    )
    run = (
        f"{docker} run --rm --name={SERVICE} --network=host --read-only --tmpfs=/tmp "
        "--cap-drop=ALL --security-opt=no-new-privileges "
        f"--env-file={SETTINGS_FILE} --env-file={OWN} --volume={STATE}:/state "
        f"{socket}{machine.image}"
    )
    return f"""[Unit]
Description=The workspace
Wants=network-online.target docker.service{needs}
After=network-online.target docker.service{needs}
StartLimitIntervalSec=0

[Service]
Environment=HOME=/var/lib/modelyard
StateDirectory=modelyard
RuntimeDirectory=modelyard
RuntimeDirectoryMode=0700
ExecStartPre=/usr/bin/docker-credential-gcr configure-docker --registries={host}
ExecStartPre={docker} pull {machine.image}
ExecStartPre=/bin/mkdir -p {STATE}
ExecStartPre=/bin/chown {USER} {STATE}
ExecStartPre=-{docker} rm --force {SERVICE}
ExecStartPre={own.strip()}
ExecStart={run}
ExecStop={docker} stop --time={STOP_S} {SERVICE}
Restart=always
RestartSec=3
TimeoutStartSec={machine.settings.start_s}
TimeoutStopSec={STOP_S + 10}
"""


def _proxy_unit(instance: str) -> str:
    return f"""[Unit]
Description=The way to the database
Wants=network-online.target docker.service
After=network-online.target docker.service

[Service]
RuntimeDirectory=cloudsql
RuntimeDirectoryMode=0777
RuntimeDirectoryPreserve=yes
ExecStartPre=-/usr/bin/docker rm --force cloud-sql-proxy
ExecStart=/usr/bin/docker run --rm --name=cloud-sql-proxy --network=host --user={USER} \
--volume={SOCKETS}:/cloudsql {PROXY_IMAGE} --unix-socket=/cloudsql {instance}
ExecStop=/usr/bin/docker stop cloud-sql-proxy
Restart=always
RestartSec=3
TimeoutStartSec=120
"""


def _latency_unit(port: int) -> str:
    module = "modelyard.deploy.google.latency_report"
    return f"""[Unit]
Description=Tells Cloud Monitoring the latency of this machine
After={SERVICE}.service

[Service]
ExecStart=/usr/bin/docker exec {SERVICE} python -m {module} {port}
Restart=always
RestartSec=20
"""


def _write_file(path: str, text: str) -> str:
    lines = "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())
    return f"- path: {path}\n  permissions: '0644'\n  owner: root\n  content: |\n{lines}"


def _order(name: str) -> int:
    return {f"{SERVICE}.service": 1, "modelyard-latency.service": 2}.get(name, 0)
