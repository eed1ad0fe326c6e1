"""A service that says nothing is left alone for a while, and heard again once it speaks."""

from __future__ import annotations

import threading

from dashboard.silence import QUIET_SECONDS, Silence


class Service:
    def __init__(self) -> None:
        self.speaks, self.knocked, self.now = False, 0, 0.0

    def knock(self) -> bool:
        self.knocked += 1
        return self.speaks


def test_nothing_is_in_vain_before_somebody_waited() -> None:
    service = Service()
    assert not Silence(service.knock, lambda: service.now).holds()
    assert service.knocked == 0


def test_a_silent_service_is_left_alone_and_then_knocked_at_once() -> None:
    service = Service()
    silence = Silence(service.knock, lambda: service.now)
    silence.met()
    assert [silence.holds() for _ in range(5)] == [True] * 5
    assert service.knocked == 1
    service.now += QUIET_SECONDS
    assert silence.holds()
    assert silence.holds()
    assert service.knocked == 2


def test_a_service_that_speaks_again_is_asked_again() -> None:
    service = Service()
    silence = Silence(service.knock, lambda: service.now)
    silence.met()
    service.speaks = True
    service.now += QUIET_SECONDS
    assert not silence.holds()
    assert not silence.holds()
    assert service.knocked == 2


def test_a_single_slow_answer_of_a_service_that_lives_is_no_silence() -> None:
    service = Service()
    service.speaks = True
    silence = Silence(service.knock, lambda: service.now)
    silence.met()
    assert not silence.holds()


def test_nobody_waits_for_the_end_of_a_knock_that_finds_nobody() -> None:
    may_end, ended = threading.Event(), threading.Event()

    def knock() -> bool:
        may_end.wait()
        ended.set()
        return True

    now = [0.0]
    silence = Silence(knock, lambda: now[0])
    silence.met()  # would never come back if it waited for the knock
    assert silence.holds()
    now[0] += QUIET_SECONDS
    assert silence.holds()
    may_end.set()
    assert ended.wait(5)
    now[0] += QUIET_SECONDS
    assert not silence.holds(), "a late sign of life is one"
