"""What differs per machine: the environment, read in one place, once."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from modelyard.errors import Invalid

MEBIBYTE = 1024 * 1024
ROLES = ("owner", "analyst", "viewer")
SECRETS = frozenset({"MODELYARD_DATABASE_URL", "MODELYARD_OIDC_CLIENT_SECRET"})
"""What only the processes that serve and work for runs may know."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Settings:
    """Everything that the environment decides about one running service."""

    workspace: Path = Path()
    """The folder that is served (`MODELYARD_WORKSPACE`)."""
    host: str = "127.0.0.1"
    """The address to listen on (`MODELYARD_HOST`)."""
    port: int = 8080
    """The TCP port to listen on (`MODELYARD_PORT`, else `PORT`)."""
    public: bool = False
    """Whether an address that others can reach may be served without users (`MODELYARD_PUBLIC`)."""
    workers: int = 1
    """Web processes (`MODELYARD_WORKERS`)."""
    threads: int = 8
    """Threads per web process (`MODELYARD_THREADS`)."""
    state: Path | None = None
    """Where caches and fetched copies are kept (`MODELYARD_STATE`)."""
    cache_bytes: int = 2048 * MEBIBYTE
    """The most that cached results and columnar copies may take (`MODELYARD_CACHE_BYTES`)."""
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
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return self.host in LOOPBACK


def user_cache() -> Path:
    """Give the user's cache folder, as the XDG base directory specification names it.

    A user without a home, as some containers have, gets one among the temporary files.
    """
    named = os.environ.get("XDG_CACHE_HOME")
    if named:
        return Path(named)
    try:
        return Path.home() / ".cache"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / f"cache-{os.getuid()}"


def user_data() -> Path:
    """Give the user's data folder, as the XDG base directory specification names it."""
    named = os.environ.get("XDG_DATA_HOME")
    if named:
        return Path(named)
    try:
        return Path.home() / ".local" / "share"
    except RuntimeError:
        return user_cache()


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environ` (the process's own by default).

    Raises Invalid, naming the variable, where a value is not of its kind.
    """
    env = os.environ if environ is None else environ
    default = Settings()
    port_variable = "MODELYARD_PORT" if env.get("MODELYARD_PORT") else "PORT"
    return replace(
        default,
        workspace=Path(env.get("MODELYARD_WORKSPACE") or "."),
        host=env.get("MODELYARD_HOST") or default.host,
        port=int(_number(env, port_variable, default.port, 1, 65535)),
        public=_flag(env, "MODELYARD_PUBLIC"),
        workers=int(_number(env, "MODELYARD_WORKERS", default.workers, 1, 256)),
        threads=int(_number(env, "MODELYARD_THREADS", default.threads, 1, 256)),
        state=Path(state) if (state := env.get("MODELYARD_STATE")) else None,
        cache_bytes=int(_number(env, "MODELYARD_CACHE_BYTES", default.cache_bytes, 0, 2**50)),
        wait_s=_number(env, "MODELYARD_WAIT_S", default.wait_s, 0, 300),
        compute_timeout_s=_number(
            env, "MODELYARD_COMPUTE_TIMEOUT_S", default.compute_timeout_s, 1, 86_400
        ),
        computations=int(_number(env, "MODELYARD_COMPUTATIONS", default.computations, 1, 64)),
        allowed_hosts=_names(env, "MODELYARD_ALLOWED_HOSTS"),
        database_url=env.get("MODELYARD_DATABASE_URL", ""),
        blobs=env.get("MODELYARD_BLOBS", ""),
        public_url=_address(env, "MODELYARD_PUBLIC_URL"),
        proxies=int(_number(env, "MODELYARD_PROXIES", default.proxies, 0, 8)),
        run_workers=int(_number(env, "MODELYARD_RUN_WORKERS", default.run_workers, 0, 64)),
        runs_at_once=int(_number(env, "MODELYARD_RUNS_AT_ONCE", default.runs_at_once, 1, 256)),
        run_timeout_s=_number(
            env, "MODELYARD_RUN_TIMEOUT_S", default.run_timeout_s, 1, 30 * 86_400
        ),
        runs_kept_days=int(
            _number(env, "MODELYARD_RUNS_KEPT_DAYS", default.runs_kept_days, 1, 36_500)
        ),
        image=env.get("MODELYARD_IMAGE", ""),
        oidc_issuer=_address(env, "MODELYARD_OIDC_ISSUER"),
        oidc_client_id=env.get("MODELYARD_OIDC_CLIENT_ID", ""),
        oidc_client_secret=env.get("MODELYARD_OIDC_CLIENT_SECRET", ""),
        oidc_name=env.get("MODELYARD_OIDC_NAME") or default.oidc_name,
        oidc_domains=_names(env, "MODELYARD_OIDC_DOMAINS"),
        oidc_role=_one_of(env, "MODELYARD_OIDC_ROLE", default.oidc_role, ROLES),
    )


def to_environment(settings: Settings) -> dict[str, str]:
    """Give the variables from which `from_environment` reads the same settings again."""
    variables = {
        "MODELYARD_WORKSPACE": str(settings.workspace.resolve()),
        "MODELYARD_HOST": settings.host,
        "MODELYARD_PORT": str(settings.port),
        "MODELYARD_PUBLIC": "true" if settings.public else "false",
        "MODELYARD_WORKERS": str(settings.workers),
        "MODELYARD_THREADS": str(settings.threads),
        "MODELYARD_CACHE_BYTES": str(settings.cache_bytes),
        "MODELYARD_WAIT_S": str(settings.wait_s),
        "MODELYARD_COMPUTE_TIMEOUT_S": str(settings.compute_timeout_s),
        "MODELYARD_COMPUTATIONS": str(settings.computations),
        "MODELYARD_ALLOWED_HOSTS": ",".join(settings.allowed_hosts),
        "MODELYARD_DATABASE_URL": settings.database_url,
        "MODELYARD_BLOBS": settings.blobs,
        "MODELYARD_PUBLIC_URL": settings.public_url,
        "MODELYARD_PROXIES": str(settings.proxies),
        "MODELYARD_RUN_WORKERS": str(settings.run_workers),
        "MODELYARD_RUNS_AT_ONCE": str(settings.runs_at_once),
        "MODELYARD_RUN_TIMEOUT_S": str(settings.run_timeout_s),
        "MODELYARD_RUNS_KEPT_DAYS": str(settings.runs_kept_days),
        "MODELYARD_IMAGE": settings.image,
        "MODELYARD_OIDC_ISSUER": settings.oidc_issuer,
        "MODELYARD_OIDC_CLIENT_ID": settings.oidc_client_id,
        "MODELYARD_OIDC_CLIENT_SECRET": settings.oidc_client_secret,
        "MODELYARD_OIDC_NAME": settings.oidc_name,
        "MODELYARD_OIDC_DOMAINS": ",".join(settings.oidc_domains),
        "MODELYARD_OIDC_ROLE": settings.oidc_role,
    }
    if settings.state is not None:
        variables["MODELYARD_STATE"] = str(settings.state.resolve())
    return variables


def child_environment(settings: Settings) -> dict[str, str]:
    """Give the environment for a child process that computes: the same settings, no secrets."""
    variables = dict(os.environ) | to_environment(settings)
    return {name: value for name, value in variables.items() if name not in SECRETS}


def _number(
    env: Mapping[str, str], name: str, default: float, minimum: float, maximum: float
) -> float:
    text = env.get(name, "")
    if not text:
        return default
    try:
        value = type(default)(text)
    except ValueError:
        raise Invalid(name, f"'{text}' is not a number.") from None
    if not minimum <= value <= maximum:
        raise Invalid(name, f"{text} is not between {minimum:g} and {maximum:g}.")
    return value


def _names(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in env.get(name, "").split(",") if part.strip())


def _address(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "").rstrip("/")
    if text and not text.startswith(("http://", "https://")):
        raise Invalid(name, f"'{text}' does not start with https:// or http://.")
    return text


def _one_of(env: Mapping[str, str], name: str, default: str, known: tuple[str, ...]) -> str:
    text = env.get(name) or default
    if text not in known:
        raise Invalid(name, f"'{text}' is not known.", f"Known: {', '.join(known)}.")
    return text


def _flag(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "").lower()
    if text in {"", "0", "false", "no", "off"}:
        return False
    if text in {"1", "true", "yes", "on"}:
        return True
    raise Invalid(name, f"'{text}' is neither true nor false.")
