"""Commands to a running fit."""

import threading

from layerloom.training.control import Change, Control


def test_nothing_is_pending_at_first() -> None:
    assert not Control().pending


def test_a_resume_takes_a_pause_back() -> None:
    control = Control()
    control.pause()
    assert control.pending
    assert control.is_paused

    control.resume()

    assert not control.pending


def test_a_stop_is_final_and_ends_a_pause() -> None:
    control = Control()
    control.pause()

    control.stop()

    assert control.is_stopped
    assert not control.is_paused
    assert control.wait(timeout=0)


def test_changes_are_given_once_in_order() -> None:
    control = Control()
    control.change({"a": 0.5})
    control.change(learning_rate=0.1)

    assert control.take_changes() == [Change({"a": 0.5}), Change({}, 0.1)]
    assert control.take_changes() == []
    assert not control.pending


def test_a_waiting_loop_is_woken_by_another_thread() -> None:
    control = Control()
    control.pause()
    threading.Timer(0.02, control.resume).start()

    assert control.wait(timeout=10)
