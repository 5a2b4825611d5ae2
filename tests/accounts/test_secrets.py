"""No secret can be read from the database, the audit log, or what is shown of things."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from modelyard.accounts.actor import command_line
from modelyard.accounts.secret_text import digest_of
from modelyard.db import METADATA

PASSWORD = "three green words"
ADMIN = command_line("ana")


def everything(database) -> str:
    """Give all that the tables hold, as text and as bytes in hexadecimal."""
    parts = []
    with database.reading() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(select(table)):
                parts += [part.hex() if isinstance(part, bytes) else str(part) for part in row]
    return "\n".join(parts)


def test_no_secret_is_in_the_database(accounts, database, owner):
    session = accounts.sessions.open(owner)
    _, token = accounts.tokens.create(owner, "t", ["read"], by=ADMIN)
    invitation = accounts.links.create("invite", "bob@example.com", "viewer", by=ADMIN)
    reset = accounts.links.create("reset", "owner@example.com", "", by=ADMIN)
    accounts.users.check_password("owner@example.com", PASSWORD, address="192.0.2.1")
    accounts.tokens.find_actor(token)
    accounts.footprints.finish()
    kept = everything(database)
    for secret in (session, token, token.removeprefix("myd_"), invitation, reset, PASSWORD):
        assert secret not in kept
        assert secret.encode().hex() not in kept
    for secret in (session, token, invitation, reset):
        assert digest_of(secret).hex() in kept
    assert "$argon2id$" in kept


def test_the_service_has_secrets_of_its_own_that_all_processes_share(accounts, elsewhere, database):
    with ThreadPoolExecutor(8) as pool:
        parts = [accounts.secrets, elsewhere.secrets] * 8
        made = set(pool.map(lambda part: part.get_or_make("cookies", 32), parts))
    assert len(made) == 1
    assert len(made.pop()) == 32
    assert accounts.secrets.get_or_make("other", 16) != elsewhere.secrets.get_or_make("cookies")
    assert accounts.secrets.get_or_make("other").hex() not in repr(accounts)
