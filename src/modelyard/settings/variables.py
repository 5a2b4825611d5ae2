"""Which variable of the environment gives which setting."""

from dataclasses import dataclass

from modelyard.settings.kinds import (
    ADDRESS,
    FLAG,
    FOLDER,
    NAMES,
    PATH,
    QUOTA,
    TEXT,
    Kind,
    one_of,
    seconds,
    whole,
)

DAY_S = 86_400
ROLES = ("owner", "analyst", "viewer")


@dataclass(frozen=True)
class Variable:
    """One variable, and the field of `Settings` that it gives."""

    name: str
    field: str
    kind: Kind
    other_names: tuple[str, ...] = ()
    """Read where `name` is not set, the first that is."""
    is_secret: bool = False
    """Whether only the processes that serve and work for runs may know it."""


VARIABLES = (
    Variable("MODELYARD_WORKSPACE", "workspace", FOLDER),
    Variable("MODELYARD_HOST", "host", TEXT),
    Variable("MODELYARD_PORT", "port", whole(1, 65_535), other_names=("PORT", "AIP_HTTP_PORT")),
    Variable("MODELYARD_PUBLIC", "public", FLAG),
    Variable("MODELYARD_INVITE_OWNER", "invite_owner", FLAG),
    Variable("MODELYARD_DRAIN_S", "drain_s", seconds(0, 60)),
    Variable("MODELYARD_WORKERS", "workers", whole(1, 256)),
    Variable("MODELYARD_THREADS", "threads", whole(1, 256)),
    Variable("MODELYARD_WAITING", "waiting", whole(0, 1024)),
    Variable("MODELYARD_TOKEN_QUOTA", "token_quota", QUOTA),
    Variable("MODELYARD_STATE", "state", FOLDER),
    Variable("MODELYARD_CACHE_BYTES", "cache_bytes", whole(0, 2**50)),
    Variable("MODELYARD_MODEL_BYTES", "model_bytes", whole(1, 2**40)),
    Variable("MODELYARD_PREDICTION_BYTES", "prediction_bytes", whole(1, 2**31)),
    Variable("MODELYARD_WAIT_S", "wait_s", seconds(0, 300)),
    Variable("MODELYARD_COMPUTE_TIMEOUT_S", "compute_timeout_s", seconds(1, DAY_S)),
    Variable("MODELYARD_COMPUTATIONS", "computations", whole(1, 64)),
    Variable("MODELYARD_ALLOWED_HOSTS", "allowed_hosts", NAMES),
    Variable("MODELYARD_DATABASE_URL", "database_url", TEXT, is_secret=True),
    Variable("MODELYARD_BLOBS", "blobs", TEXT),
    Variable("MODELYARD_WAREHOUSE", "warehouse", TEXT, is_secret=True),
    Variable("MODELYARD_PUBLIC_URL", "public_url", ADDRESS),
    Variable("MODELYARD_PROXIES", "proxies", whole(0, 8)),
    Variable("MODELYARD_RUN_WORKERS", "run_workers", whole(0, 64)),
    Variable("MODELYARD_RUNS_AT_ONCE", "runs_at_once", whole(1, 256)),
    Variable("MODELYARD_RUN_TIMEOUT_S", "run_timeout_s", seconds(1, 30 * DAY_S)),
    Variable("MODELYARD_RUNS_KEPT_DAYS", "runs_kept_days", whole(1, 36_500)),
    Variable("MODELYARD_IMAGE", "image", TEXT),
    Variable("AIP_STORAGE_URI", "model_storage", TEXT),
    Variable("AIP_HEALTH_ROUTE", "vertex_health_route", PATH),
    Variable("AIP_PREDICT_ROUTE", "vertex_predict_route", PATH),
    Variable("MODELYARD_MOCKS", "mocks", FLAG),
    Variable("MODELYARD_ZONE", "zone", TEXT),
    Variable("MODELYARD_BEAT_S", "beat_s", seconds(0.2, 10)),
    Variable("MODELYARD_METRICS", "metrics", one_of("owners", "loopback", "public")),
    Variable("MODELYARD_LOG", "log", one_of("quiet", "text", "json")),
    Variable("MODELYARD_OTLP", "otlp", ADDRESS, other_names=("OTEL_EXPORTER_OTLP_ENDPOINT",)),
    Variable("MODELYARD_OIDC_ISSUER", "oidc_issuer", ADDRESS),
    Variable("MODELYARD_OIDC_CLIENT_ID", "oidc_client_id", TEXT),
    Variable("MODELYARD_OIDC_CLIENT_SECRET", "oidc_client_secret", TEXT, is_secret=True),
    Variable("MODELYARD_OIDC_NAME", "oidc_name", TEXT),
    Variable("MODELYARD_OIDC_DOMAINS", "oidc_domains", NAMES),
    Variable("MODELYARD_OIDC_ROLE", "oidc_role", one_of(*ROLES)),
)
