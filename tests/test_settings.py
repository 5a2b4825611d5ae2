"""Settings: the environment, read once."""

from dataclasses import fields
from pathlib import Path

import pytest

from modelyard.errors import Invalid
from modelyard.settings import (
    Settings,
    child_environment,
    from_environment,
    to_environment,
    user_cache,
)
from modelyard.settings.quota import Quota


def test_nothing_set_gives_the_defaults():
    assert from_environment({}) == Settings()


def test_every_setting_comes_from_its_variable_and_goes_back():
    settings = Settings(
        workspace=Path.cwd(),
        host="0.0.0.0",
        port=9_000,
        public=True,
        invite_owner=True,
        drain_s=2.5,
        workers=3,
        threads=4,
        waiting=3,
        token_quota=Quota(600, "minute"),
        state=Path.cwd() / "state",
        cache_bytes=5,
        model_bytes=6,
        prediction_bytes=7,
        wait_s=1.5,
        compute_timeout_s=60.0,
        computations=6,
        allowed_hosts=("yard.example.org", "other"),
        database_url="postgresql://ana:secret@db/yard",
        blobs="s3://bucket/folder",
        warehouse="postgresql://ana:hidden@db/outputs",
        public_url="https://yard.example.org",
        proxies=1,
        run_workers=3,
        runs_at_once=5,
        run_timeout_s=90.0,
        runs_kept_days=7,
        image="yard:1",
        model_storage="gs://bucket/models",
        vertex_health_route="/well",
        vertex_predict_route="/v1/endpoints/1/deployedModels/2:predict",
        mocks=True,
        zone="europe-west4-a",
        beat_s=0.5,
        metrics="loopback",
        log="json",
        otlp="http://localhost:4318",
        oidc_issuer="https://login.example.org",
        oidc_client_id="yard",
        oidc_client_secret="hidden",
        oidc_name="Example",
        oidc_domains=("example.org",),
        oidc_role="analyst",
    )
    default = Settings()
    changed = [
        f.name for f in fields(Settings) if getattr(settings, f.name) != getattr(default, f.name)
    ]
    assert changed == [field.name for field in fields(Settings)]
    assert from_environment(to_environment(settings)) == settings


def test_secrets_are_neither_shown_nor_given_to_processes_that_compute():
    url = "postgresql://ana:hidden@db/yard"
    settings = Settings(database_url=url, oidc_client_secret="hidden too")
    assert "hidden" not in repr(settings)
    assert "hidden" not in str(child_environment(settings))


def test_children_do_not_know_the_password_that_stands_beside_the_address(monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "hidden")
    address = "postgresql://modelyard@host/modelyard"
    assert "hidden" not in str(child_environment(Settings(database_url=address)))
    assert "hidden" in str(child_environment(Settings())), "it may be of another database"


def test_an_empty_variable_is_as_good_as_none():
    names = [f"MODELYARD_{f.name.upper()}" for f in fields(Settings)]
    assert from_environment(dict.fromkeys(names, "")) == Settings()


@pytest.mark.parametrize(
    ("env", "port"),
    [
        ({"PORT": "9000"}, 9_000),
        ({"PORT": "9000", "MODELYARD_PORT": "9001"}, 9_001),
        ({"PORT": "9000", "MODELYARD_PORT": ""}, 9_000),
    ],
)
def test_the_port_is_ours_else_the_platforms(env, port):
    assert from_environment(env).port == port


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MODELYARD_PORT", "http", "MODELYARD_PORT: 'http' is not a number."),
        ("PORT", "0", "PORT: 0 is not between 1 and 65535."),
        ("MODELYARD_PORT", "80.5", "MODELYARD_PORT: '80.5' is not a number."),
        ("MODELYARD_WAIT_S", "nan", "MODELYARD_WAIT_S: nan is not between 0 and 300."),
        ("MODELYARD_WAIT_S", "inf", "MODELYARD_WAIT_S: inf is not between 0 and 300."),
        ("MODELYARD_WORKERS", "-1", "MODELYARD_WORKERS: -1 is not between 1 and 256."),
        (
            "MODELYARD_TOKEN_QUOTA",
            "600",
            "MODELYARD_TOKEN_QUOTA: '600' is no quota. "
            "Write requests and a span: 600/minute, 20000/hour or 100000/day.",
        ),
        ("MODELYARD_PUBLIC", "perhaps", "MODELYARD_PUBLIC: 'perhaps' is neither true nor false."),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(name, value, said):
    with pytest.raises(Invalid) as raised:
        from_environment({name: value})
    assert str(raised.value) == said


@pytest.mark.parametrize(
    ("text", "public"), [("1", True), ("TRUE", True), ("no", False), ("", False)]
)
def test_truths_are_written_as_people_do(text, public):
    assert from_environment({"MODELYARD_PUBLIC": text}).public is public


def test_hosts_are_listed_with_commas():
    hosts = from_environment({"MODELYARD_ALLOWED_HOSTS": " Yard.example.org, ,b "}).allowed_hosts
    assert hosts == ("yard.example.org", "b")


@pytest.mark.parametrize(
    ("host", "loopback"), [("127.0.0.1", True), ("::1", True), ("0.0.0.0", False)]
)
def test_loopback_is_known(host, loopback):
    assert Settings(host=host).is_loopback is loopback


def test_a_workspace_keeps_its_caches_inside(tmp_path):
    assert Settings().state_for(tmp_path, has_file=True) == tmp_path / ".modelyard"


def test_a_bare_folder_is_left_as_it_is(tmp_path):
    state = Settings().state_for(tmp_path, has_file=False)
    assert not state.is_relative_to(tmp_path)
    assert state.is_relative_to(user_cache())
    assert state != Settings().state_for(tmp_path / "other", has_file=False)


def test_a_stated_folder_is_taken(tmp_path):
    assert Settings(state=tmp_path / "s").state_for(tmp_path, has_file=True) == tmp_path / "s"


def test_a_user_without_a_home_has_a_cache_folder(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", staticmethod(homeless))
    assert user_cache().is_absolute()


def test_the_cache_is_in_the_home_where_nothing_else_is_said(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_cache() == tmp_path / ".cache"
