"""People, tokens and the audit log from the command line."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from modelyard.accounts.accounts import open_accounts
from modelyard.accounts.actor import Actor
from modelyard.cli.main import modelyard
from modelyard.cli.tokens import expiry_of
from modelyard.db import open_database
from modelyard.errors import Denied, Invalid, NotFound

PASSWORD = "three green words"


@pytest.fixture(autouse=True)
def own_database(monkeypatch, tmp_path):
    for name in ("DATABASE_URL", "PUBLIC_URL", "BLOBS"):
        monkeypatch.delenv(f"MODELYARD_{name}", raising=False)


@pytest.fixture
def accounts(yard):
    """The accounts of the workspace, as another process has them."""
    database = open_database(f"sqlite:///{yard}/.modelyard/modelyard.db")
    yield open_accounts(database)
    database.close()


@pytest.fixture
def typed(yard):
    """Run a command in the workspace, with this on standard input."""

    def invoke(text, *arguments):
        command = [*(str(argument) for argument in arguments), "--workspace", str(yard)]
        return CliRunner().invoke(modelyard, command, input=text)

    return invoke


@pytest.fixture
def ana(typed, yard):
    """An owner, the first person."""
    done = typed(f"{PASSWORD}\n", "users", "add", "Ana@Example.com", "--password-stdin")
    assert done.stdout == f"Added ana@example.com as owner to {yard}.\n", done.output
    return "ana@example.com"


def test_the_first_person_is_the_owner_and_may_sign_in(ana, accounts):
    assert accounts.users.check_password(ana, PASSWORD, address="").role == "owner"


def test_the_first_person_is_nothing_less(typed, said, accounts):
    done = typed(PASSWORD, "users", "add", "a@b.c", "--role", "viewer", "--password-stdin")
    assert said(done) == "role: the first person is the owner. Leave --role out."


def test_while_an_owner_is_invited_nobody_else_becomes_one_by_chance(typed, said, accounts, yard):
    typed("", "users", "add", "olga@example.com", "--invite")
    for asked in ([], ["--role", "analyst"], ["--role", "viewer", "--invite"]):
        extra = [] if "--invite" in asked else ["--password-stdin"]
        done = typed(PASSWORD, "users", "add", "bob@example.com", *asked, *extra)
        words = said(done)
        assert words.startswith("role: olga@example.com is invited as owner and has not used")
        assert f"modelyard users withdraw olga@example.com -w {yard}" in words
    assert not accounts.users.has_any()
    done = typed(PASSWORD, "users", "add", "olga@example.com", "--password-stdin")
    assert done.stdout.startswith("Added olga@example.com as owner")
    done = typed(PASSWORD, "users", "add", "bob@example.com", "--password-stdin")
    assert done.stdout.startswith("Added bob@example.com as viewer")


def test_later_ones_are_viewers_unless_it_is_said(ana, typed):
    typed(PASSWORD, "users", "add", "bob@example.com", "--password-stdin", "--name", "Bob B.")
    typed(PASSWORD, "users", "add", "al@example.com", "--role", "analyst", "--password-stdin")
    listed = json.loads(typed("", "users", "list", "--json").stdout)["users"]
    assert [(one["email"], one["role"], one["name"]) for one in listed] == [
        ("al@example.com", "analyst", ""),
        ("ana@example.com", "owner", ""),
        ("bob@example.com", "viewer", "Bob B."),
    ]
    assert all(one["active"] and one["has_password"] for one in listed)
    table = typed("", "users", "list").stdout
    assert re.search(r"bob@example.com +viewer +active", table)


def test_a_password_is_asked_for_twice_and_never_shown(typed, accounts):
    done = typed(f"{PASSWORD}\n{PASSWORD}\n", "users", "add", "ana@example.com")
    assert done.stdout.startswith("Added ana@example.com as owner to ")
    assert PASSWORD not in done.output
    assert accounts.users.check_password("ana@example.com", PASSWORD, address="")
    done = typed(f"{PASSWORD}\nanother password\n", "users", "add", "bob@example.com")
    assert done.exit_code == 1
    assert accounts.users.find_by_email("bob@example.com") is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "ana"], "email: 'ana' is not an e-mail address."),
        (["add", "a@b.c", "--password-stdin"], "password: is shorter than 10"),
        (["add", "ana@example.com", "--invite"], "email: ana@example.com has an account"),
        (["disable", "anna@example.com"], "user 'anna@example.com': is not here. Did you mean"),
        (["disable", "nobody"], "user 'nobody': is not here. See modelyard users list -w "),
        (["disable", "ana@example.com"], "ana@example.com: is the last active owner."),
        (["role", "ana@example.com", "viewer"], "ana@example.com: is the last active owner."),
        (["reset", "ana@example.com", "--password-stdin"], "password: is shorter than 10"),
    ],
)
def test_faults_are_one_sentence(ana, typed, said, arguments, words):
    assert said(typed("short\n", "users", *arguments)).startswith(words)


def test_an_invitation_is_a_link_alone_on_standard_output(ana, typed, accounts, yard, monkeypatch):
    monkeypatch.setenv("MODELYARD_PUBLIC_URL", "https://yard.example.com/")
    done = typed("", "users", "add", "bob@example.com", "--role", "analyst", "--invite")
    found = re.fullmatch(r"https://yard\.example\.com/invitation/([\w-]{43})\n", done.stdout)
    assert found, done.stdout
    assert f"bob@example.com becomes analyst of {yard}, once, within 7 days" in done.stderr
    assert accounts.links.use(found[1], password=PASSWORD).role == "analyst"


def test_an_invitation_is_listed_and_withdrawn(ana, typed, said, monkeypatch):
    done = typed("", "users", "add", "bob@example.com", "--role", "analyst", "--invite")
    assert "It leads to http://localhost:8080." in done.stderr
    assert "MODELYARD_PUBLIC_URL" in done.stderr
    assert re.search(r"bob@example.com +analyst +20", typed("", "users", "list").stdout)
    (invited,) = json.loads(typed("", "users", "list", "--json").stdout)["invitations"]
    assert (invited["email"], invited["role"]) == ("bob@example.com", "analyst")
    done = typed("", "users", "withdraw", "Bob@example.com")
    assert done.stdout == "The invitation of bob@example.com is withdrawn.\n"
    assert "bob@example.com" not in typed("", "users", "list").stdout
    words = said(typed("", "users", "withdraw", "bob@example.com"))
    assert words == "invitation of bob@example.com: is not here, or was used."
    monkeypatch.setenv("MODELYARD_PUBLIC_URL", "https://yard.example.com")
    assert "leads to" not in typed("", "users", "reset", ana).stderr


def test_a_new_password_is_set_through_a_link_or_here(ana, typed, accounts):
    done = typed("", "users", "reset", ana)
    found = re.fullmatch(r"http://localhost:8080/reset/([\w-]{43})\n", done.stdout)
    assert found, done.stdout
    accounts.links.use(found[1], password="a second password")
    session = accounts.sessions.open(accounts.users.find_by_email(ana))
    done = typed("a third password\r\n", "users", "reset", ana, "--password-stdin")
    assert "has a new password" in done.stdout
    assert accounts.users.check_password(ana, "a third password", address="")
    assert accounts.sessions.find_actor(session) is None


def test_a_disabled_person_is_out_and_comes_back(ana, typed, said, accounts):
    typed(PASSWORD, "users", "add", "bob@example.com", "--password-stdin")
    assert (
        typed("", "users", "disable", "Bob@example.com").stdout == "bob@example.com is disabled.\n"
    )
    with pytest.raises(Denied):
        accounts.users.check_password("bob@example.com", PASSWORD, address="")
    assert "First: modelyard users enable" in said(typed("", "users", "reset", "bob@example.com"))
    assert "may sign in again" in typed("", "users", "enable", "bob@example.com").stdout
    assert accounts.users.check_password("bob@example.com", PASSWORD, address="")


def test_another_role_is_given(ana, typed, accounts):
    typed(PASSWORD, "users", "add", "bob@example.com", "--password-stdin")
    done = typed("", "users", "role", "bob@example.com", "analyst")
    assert done.stdout == "bob@example.com is analyst now.\n"
    assert accounts.users.find_by_email("bob@example.com").role == "analyst"


def test_a_token_is_printed_once_and_works(ana, typed, accounts):
    scopes = ("--scope", "read", "--scope", "run")
    done = typed(
        "", "tokens", "create", "--user", ana, "--name", "ci", *scopes, "--only", "dataset/delays"
    )
    secret = done.stdout.strip()
    assert secret not in done.stderr
    assert 'curl -H "Authorization: Bearer $TOKEN" http://localhost:8080/api/v1' in done.stderr
    actor = accounts.tokens.find_actor(secret)
    assert (actor.scopes, str(actor.only)) == ({"read", "run"}, "dataset/delays")
    (listed,) = json.loads(typed("", "tokens", "list", "--json").stdout)["tokens"]
    assert (listed["user"], listed["scopes"], listed["state"]) == (ana, ["read", "run"], "active")
    table = typed("", "tokens", "list", "--user", ana)
    assert re.search(rf"{listed['id']} +ci +{ana} +active", table.stdout)
    assert secret not in table.output
    typed("", "tokens", "revoke", listed["id"])
    assert accounts.tokens.get_token(listed["id"]).revoked_at


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "dataset/delay"], "dataset 'delay'"),
        (["--only", "delays"], "--only: 'delays' is not known. Write it as dataset/NAME."),
        (["--only", "model/x"], "--only: 'model/x' is not known."),
        (["--expires", "soon"], "--expires: 'soon' is not understood."),
        (["--expires", "2020-01-31"], "expires_at: is over already."),
        (["--name", " "], "name: is missing."),
    ],
)
def test_a_token_that_cannot_be_is_said_to_be_so(ana, typed, said, arguments, words):
    usual = ["tokens", "create", "--user", ana, "--name", "ci", "--scope", "read"]
    assert said(typed("", *usual, *arguments)).startswith(words)


def test_a_token_cannot_do_more_than_its_person(ana, typed, said):
    typed(PASSWORD, "users", "add", "bob@example.com", "--password-stdin")
    made = ["tokens", "create", "--user", "bob@example.com", "--name", "ci", "--scope", "admin"]
    assert said(typed("", *made)) == "scopes: the role 'viewer' does not include 'admin'."


def test_when_a_token_ends():
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert expiry_of("30d", now) == now + timedelta(days=30)
    assert expiry_of("2027-01-31", now) == datetime(2027, 2, 1, tzinfo=UTC)
    assert expiry_of("never", now) is None
    for text in ("", "0d", "-1d", "9999999999999d", "d", "²d", "2027-02-30", "9999-12-31", "1h"):
        with pytest.raises(Invalid, match="is not understood"):
            expiry_of(text, now)


def test_the_audit_log_is_listed_and_exported(ana, typed, accounts):
    formula = Actor(kind="user", email='=HYPERLINK("http://evil.example")')
    accounts.audit.record(formula, "test", "@SUM(A1)", {"n": "ü"})
    table = typed("", "audit", "list").stdout
    assert re.search(r"command line \(\S+\) +user\.add +ana@example\.com", table)
    only = json.loads(typed("", "audit", "list", "--json", "--action", "user.add").stdout)
    assert [entry["subject"] for entry in only["entries"]] == [ana]
    lines = [json.loads(line) for line in typed("", "audit", "export").stdout.splitlines()]
    assert [line["action"] for line in lines] == ["user.add", "test"]
    assert lines[1]["detail"] == {"n": "ü"}
    exported = typed("", "audit", "export", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert rows[1]["actor"] == '\'=HYPERLINK("http://evil.example")'
    assert rows[1]["subject"] == "'@SUM(A1)"
    assert json.loads(rows[1]["detail"]) == {"n": "ü"}


def test_a_folder_without_anything_is_perhaps_a_wrong_one(ana, run, tmp_path, monkeypatch):
    (tmp_path / "empty yard").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODELYARD_STATE", str(tmp_path / "kept"))
    done = run("users", "add", "a@b.c", "--invite", "-w", "empty yard")
    warning = "Warning: 'empty yard' has neither a modelyard.toml nor tables."
    assert done.stderr.startswith(warning)
    assert "Warning" not in run("users", "add", "a@b.c", "--invite", "-w", "yard").stderr


def test_nothing_is_there_at_first(typed, said):
    assert "Nobody yet" in typed("", "users", "list").stdout
    assert "No tokens" in typed("", "tokens", "list").stdout
    assert "Nothing was done yet" in typed("", "audit", "list").stdout
    assert "No entry matches" in typed("", "audit", "list", "--action", "user.add").stdout
    assert typed("", "audit", "export").stdout == ""
    assert said(typed("", "tokens", "revoke", "x\x1b[31m")).startswith("token 'x [31m'")


def test_wrong_usage_ends_with_code_2(typed):
    for arguments in (
        ["users", "add", "a@b.c", "--role", "king"],
        ["users", "add", "a@b.c", "--invite", "--password-stdin"],
        ["tokens", "create", "--user", "a@b.c", "--name", "x"],
        ["audit", "export", "--format", "xml"],
    ):
        assert typed("", *arguments).exit_code == 2


def test_a_database_that_is_down_is_one_sentence(typed, said, monkeypatch):
    monkeypatch.setenv("MODELYARD_DATABASE_URL", "postgresql://ana:hidden@127.0.0.1:1/yard")
    words = said(typed("", "users", "list"))
    assert words.startswith("database (Postgres yard on 127.0.0.1): cannot be used at the moment")
    assert "hidden" not in words


def test_people_are_kept_in_the_database_that_the_settings_name(
    typed, yard, monkeypatch, postgres_url
):
    monkeypatch.setenv("MODELYARD_DATABASE_URL", postgres_url)
    typed(PASSWORD, "users", "add", "ana@example.com", "--password-stdin")
    assert "ana@example.com" in typed("", "users", "list").stdout
    assert not (yard / ".modelyard" / "modelyard.db").exists()


def test_nobody_is_found_where_the_link_was_used(ana, typed, accounts):
    secret = typed("", "users", "reset", ana).stdout.strip().rpartition("/")[2]
    typed("", "users", "reset", ana)
    with pytest.raises(NotFound):
        accounts.links.look(secret)
