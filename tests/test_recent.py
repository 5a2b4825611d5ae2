"""Contents kept in memory."""

from modelyard.recent import LARGEST_BYTES, Recent


def test_what_was_kept_is_found() -> None:
    recent = Recent()
    recent.keep("a", b"1")
    assert recent.find("a") == b"1"
    assert recent.find("b") is None


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    recent = Recent(most_bytes=30)
    for name in "abc":
        recent.keep(name, b"x" * 10)
    recent.find("a")
    recent.keep("d", b"x" * 10)
    assert [recent.find(name) is not None for name in "abcd"] == [True, False, True, True]


def test_keeping_again_does_not_count_twice() -> None:
    recent = Recent(most_bytes=30)
    for _ in range(10):
        recent.keep("a", b"x" * 10)
    recent.keep("b", b"x" * 20)
    assert recent.find("a") == b"x" * 10


def test_a_large_content_is_not_kept() -> None:
    recent = Recent()
    recent.keep("a", b"x" * (LARGEST_BYTES + 1))
    assert recent.find("a") is None


def test_what_is_forgotten_makes_room() -> None:
    recent = Recent(most_bytes=20)
    recent.keep("a", b"x" * 10)
    recent.forget("a")
    recent.keep("b", b"x" * 20)
    assert (recent.find("a"), recent.find("b")) == (None, b"x" * 20)
