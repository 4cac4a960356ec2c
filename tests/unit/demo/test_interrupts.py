"""Ctrl-C ends the demo, and a second one does not leave servers behind."""

import os
import signal
from contextlib import ExitStack

import pytest

from assay.agents.demo.interrupts import SIGNALS, Interrupts


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_interrupts(number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt), Interrupts():
        os.kill(os.getpid(), number)


def test_a_second_one_does_not_interrupt_the_cleaning_up(capsys: pytest.CaptureFixture[str]) -> None:
    cleaned = []

    def clean_up() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        cleaned.append("all")

    started = ExitStack()
    started.callback(clean_up)
    with pytest.raises(KeyboardInterrupt), Interrupts(), started:
        os.kill(os.getpid(), signal.SIGINT)
    assert cleaned == ["all"]
    assert "a moment" in capsys.readouterr().err


def test_the_first_one_is_held_too_when_cleaning_up_has_begun() -> None:
    with Interrupts() as interrupts:
        interrupts.hold()
        os.kill(os.getpid(), signal.SIGTERM)


def test_afterwards_signals_mean_what_they_meant_before() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with Interrupts():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before
