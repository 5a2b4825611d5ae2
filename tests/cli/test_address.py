"""Only an address that is free, and that may be served, is served."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from modelyard.cli.address import numeric_address, refuse_taken, url_of
from modelyard.cli.first_start import refuse_strangers
from modelyard.errors import Conflict, Denied, Invalid
from modelyard.settings import Settings


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_refused_and_a_free_one_is_named(taken_port):
    with pytest.raises(Conflict) as caught:
        refuse_taken("127.0.0.1", taken_port)
    assert str(caught.value).startswith(
        f"port {taken_port}: is in use by another program. "
        "Stop it, or choose another: modelyard serve --port "
    )
    free = int(str(caught.value).split()[-1])
    refuse_taken("127.0.0.1", free)


@pytest.mark.parametrize(("folder", "typed"), [("demo", "demo"), ("my yard", "'my yard'")])
def test_the_folder_that_was_typed_is_part_of_the_advice(taken_port, folder, typed):
    with pytest.raises(Conflict) as caught:
        refuse_taken("127.0.0.1", taken_port, Path(folder))
    assert f": modelyard serve {typed} --port " in str(caught.value)


def test_a_port_taken_on_one_address_is_taken_for_all_of_them(taken_port):
    with pytest.raises(Conflict):
        refuse_taken("0.0.0.0", taken_port)


def test_a_server_that_would_share_the_port_is_noticed():
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with pytest.raises(Conflict):
            refuse_taken("127.0.0.1", listener.getsockname()[1])


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(Invalid, match="is not an address of this machine"):
        refuse_taken("192.0.2.1", 8080)


def test_a_name_without_an_address_is_refused():
    with pytest.raises(Invalid, match="has no address"):
        numeric_address("nowhere.invalid")


def test_localhost_is_version_4_where_there_are_both():
    assert numeric_address("localhost") == "127.0.0.1"
    assert numeric_address("::1") == "::1"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "example.org"])
def test_an_address_for_others_is_refused_unless_public(host, tmp_path):
    settings = Settings(host=host, workspace=tmp_path)
    with pytest.raises(Denied) as caught:
        refuse_strangers(settings)
    assert str(caught.value) == (
        f"host {host}: everybody who can reach this address could read the data, "
        "and there are no users yet. Make one with modelyard users add you@example.com "
        f"--role owner -w {tmp_path}; or say --public, if everybody may read it."
    )
    refuse_strangers(replace(settings, public=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_needs_no_leave(host):
    refuse_strangers(Settings(host=host))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://localhost:8080"),
        ("0.0.0.0", "http://localhost:8080"),
        ("::", "http://localhost:8080"),
        ("example.org", "http://example.org:8080"),
        ("fe80::1", "http://[fe80::1]:8080"),
    ],
)
def test_the_url_is_one_that_a_browser_opens(host, url):
    assert url_of(host, 8080) == url
