"""What differs per machine, as one frozen value."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from modelyard.settings.folders import user_cache, user_data
from modelyard.settings.quota import Quota

MEBIBYTE = 1024 * 1024
FOR_REFUSALS = 4
"""Threads per web process for those who are refused, and for `/health`."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Settings:
    """Everything that the environment decides about one running service."""

    workspace: Path = Path()
    """The folder that is served (`MODELYARD_WORKSPACE`)."""
    host: str = "127.0.0.1"
    """The address to listen on (`MODELYARD_HOST`)."""
    port: int = 8080
    """The TCP port to listen on (`MODELYARD_PORT`, else `PORT` or `AIP_HTTP_PORT`)."""
    public: bool = False
    """Whether an address that others can reach may be served without users (`MODELYARD_PUBLIC`)."""
    invite_owner: bool = False
    """Whether others may reach it before there are users, with only a link to be the owner
    (`MODELYARD_INVITE_OWNER`)."""
    drain_s: float = 0.0
    """How long requests are still taken after SIGTERM, not ready any more (`MODELYARD_DRAIN_S`)."""
    workers: int = 1
    """Web processes (`MODELYARD_WORKERS`)."""
    threads: int = 8
    """Threads per web process (`MODELYARD_THREADS`)."""
    waiting: int = 0
    """Requests per web process that may wait for a thread, before others are refused; 0 refuses
    nobody (`MODELYARD_WAITING`)."""
    token_quota: Quota | None = None
    """How often a token without a quota of its own may ask (`MODELYARD_TOKEN_QUOTA`)."""
    state: Path | None = None
    """Where caches and fetched copies are kept (`MODELYARD_STATE`)."""
    cache_bytes: int = 2048 * MEBIBYTE
    """The most that cached results and columnar copies may take (`MODELYARD_CACHE_BYTES`)."""
    model_bytes: int = 1024 * MEBIBYTE
    """The most that a model file may have (`MODELYARD_MODEL_BYTES`)."""
    prediction_bytes: int = 64 * MEBIBYTE
    """The most that a request for predictions may have (`MODELYARD_PREDICTION_BYTES`)."""
    wait_s: float = 20.0
    """How long a request waits for a result before it answers 202 (`MODELYARD_WAIT_S`)."""
    compute_timeout_s: float = 900.0
    """When a computation is given up (`MODELYARD_COMPUTE_TIMEOUT_S`)."""
    computations: int = 2
    """Computations at one time per web process (`MODELYARD_COMPUTATIONS`)."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names that requests may name besides loopback (`MODELYARD_ALLOWED_HOSTS`)."""
    database_url: str = field(default="", repr=False)
    """The database: `postgresql://...`, or a file of SQLite (`MODELYARD_DATABASE_URL`)."""
    blobs: str = ""
    """Where files of runs are kept: a folder, `s3://...` or `gs://...` (`MODELYARD_BLOBS`)."""
    warehouse: str = field(default="", repr=False)
    """Where scenarios write their outputs: empty for Parquet files beside the database,
    `postgresql://...`, `bigquery:NAME`, `redshift:NAME`, `snowflake:NAME`
    (`MODELYARD_WAREHOUSE`)."""
    public_url: str = ""
    """The address at which people reach the service, behind a proxy (`MODELYARD_PUBLIC_URL`)."""
    proxies: int = 0
    """Trusted proxies in front, whose X-Forwarded headers count (`MODELYARD_PROXIES`)."""
    run_workers: int = 1
    """Worker processes that `modelyard serve` starts for runs (`MODELYARD_RUN_WORKERS`)."""
    runs_at_once: int = 2
    """Heavy runs at one time per worker process (`MODELYARD_RUNS_AT_ONCE`)."""
    run_timeout_s: float = 86_400.0
    """When a run is given up (`MODELYARD_RUN_TIMEOUT_S`)."""
    runs_kept_days: int = 90
    """How long finished runs are kept (`MODELYARD_RUNS_KEPT_DAYS`)."""
    image: str = ""
    """The name of the container's image, which /about/docker shows (`MODELYARD_IMAGE`)."""
    model_storage: str = ""
    """Where a platform keeps model files, taken at the start: `gs://...` (`AIP_STORAGE_URI`)."""
    vertex_health_route: str = ""
    """Where Vertex AI asks whether the default model is served (`AIP_HEALTH_ROUTE`)."""
    vertex_predict_route: str = ""
    """Where Vertex AI asks the default model for predictions (`AIP_PREDICT_ROUTE`)."""
    mocks: bool = False
    """Whether operations that have no function yet are answered from their document
    (`MODELYARD_MOCKS`)."""
    zone: str = ""
    """Where this machine is, as the page of the fleet shows it (`MODELYARD_ZONE`)."""
    beat_s: float = 10.0
    """How often a process says that it lives (`MODELYARD_BEAT_S`)."""
    metrics: str = "owners"
    """Who may read /metrics: `owners`, `loopback`, or `public` (`MODELYARD_METRICS`)."""
    log: Literal["quiet", "text", "json"] = "quiet"
    """A line per request: `quiet` for none, `text`, or `json` (`MODELYARD_LOG`)."""
    otlp: str = ""
    """The OpenTelemetry collector to which spans are sent by OTLP over HTTP, such as
    `http://localhost:4318` (`MODELYARD_OTLP`, else `OTEL_EXPORTER_OTLP_ENDPOINT`)."""
    oidc_issuer: str = ""
    """The address of an OpenID Connect provider to sign in with (`MODELYARD_OIDC_ISSUER`)."""
    oidc_client_id: str = ""
    """Our name at the provider (`MODELYARD_OIDC_CLIENT_ID`)."""
    oidc_client_secret: str = field(default="", repr=False)
    """Our secret at the provider (`MODELYARD_OIDC_CLIENT_SECRET`)."""
    oidc_name: str = "single sign-on"
    """What the button on the sign-in page calls the provider (`MODELYARD_OIDC_NAME`)."""
    oidc_domains: tuple[str, ...] = ()
    """E-mail domains whose people may join by signing in (`MODELYARD_OIDC_DOMAINS`)."""
    oidc_role: str = "viewer"
    """The role of people who join by signing in (`MODELYARD_OIDC_ROLE`)."""

    def data_for(self, root: Path, has_file: bool) -> Path:
        """Give the folder for what must not be lost: the database and the files of runs.

        It is the folder for caches where the workspace has one; for a bare folder it is the user's
        own data folder.
        """
        state = self.state_for(root, has_file)
        if self.state is not None or state.parent == root:
            return state
        return user_data() / "modelyard" / state.name

    def state_for(self, root: Path, has_file: bool) -> Path:
        """Give the folder for caches of the workspace at `root`.

        A workspace with a modelyard.toml keeps them in `.modelyard`; a bare folder of somebody's
        files is left as it is, and the user's own cache folder is taken instead.
        """
        if self.state is not None:
            return self.state
        inside = root / ".modelyard"
        if has_file and os.access(root, os.W_OK):
            return inside
        digest = hashlib.sha256(str(root).encode()).hexdigest()[:16]
        return user_cache() / "modelyard" / digest

    @property
    def server_threads(self) -> int:
        """Threads that a server needs: also for those who wait, and for those who are refused."""
        if self.waiting == 0:
            return self.threads
        return self.threads + self.waiting + FOR_REFUSALS

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return self.host in LOOPBACK
