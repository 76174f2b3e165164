"""Tokens, tickets and sessions."""

import stat
from pathlib import Path

from layerloom.api.sessions import MOST_SESSIONS, FolderSessions, Sessions, kept_token


def test_a_ticket_works_once() -> None:
    sessions = Sessions("token")
    ticket = sessions.new_ticket()

    assert sessions.burn_ticket(ticket)
    assert not sessions.burn_ticket(ticket)
    assert not sessions.burn_ticket("another")


def test_a_closed_session_is_dead_and_ends_what_watches_it() -> None:
    sessions = Sessions("token")
    key = sessions.open()

    with sessions.watched(key) as ended:
        assert sessions.is_open(key)
        sessions.close(key)
        assert ended.is_set()

    assert not sessions.is_open(key)


def test_closing_one_session_leaves_the_others() -> None:
    sessions = Sessions("token")
    first, second = sessions.open(), sessions.open()

    with sessions.watched(second) as ended, sessions.watched(None) as never:
        sessions.close(first)
        assert not ended.is_set()
        assert not never.is_set()

    assert sessions.is_open(second)


def test_sessions_survive_a_restart_but_not_a_new_token(tmp_path: Path) -> None:
    key = Sessions("token", FolderSessions(tmp_path)).open()

    assert Sessions("token", FolderSessions(tmp_path)).is_open(key)
    assert not Sessions("other", FolderSessions(tmp_path)).is_open(key)
    assert key not in (tmp_path / "sessions.json").read_text()
    assert stat.S_IMODE((tmp_path / "sessions.json").stat().st_mode) == 0o600


def test_a_damaged_session_file_means_signing_in_again(tmp_path: Path) -> None:
    (tmp_path / "sessions.json").write_text("{")

    assert Sessions("token", FolderSessions(tmp_path)).open()


def test_many_sessions_push_out_the_oldest() -> None:
    sessions = Sessions("token")
    first = sessions.open()
    for _ in range(MOST_SESSIONS):
        sessions.open()

    assert not sessions.is_open(first)


def test_the_token_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    token = kept_token(tmp_path / "new")

    assert len(token) >= 40
    assert kept_token(tmp_path / "new") == token
    assert stat.S_IMODE((tmp_path / "new/token").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_token_file_that_others_could_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("kept")
    (tmp_path / "token").chmod(0o644)

    assert kept_token(tmp_path) == "kept"
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
