"""The line of progress, and Ctrl-C."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from optimizer.cli import watching
from optimizer.cli.watching import ProgressLine, watch
from optimizer.results.progress import FoundRow, Progress, ProgressCallback, StopCheck
from optimizer.results.progress_words import progress_in_words

NEWS = Progress(seconds=3.0, phase="pricing menus", objective=1.23e6, bound=1.24e6, gap=0.0081)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def keep(found: object) -> None:
    """Keeps nothing of what a search finds."""


def test_words_of_a_full_report() -> None:
    assert progress_in_words(NEWS, 12.4, "EUR") == (
        "12 s  pricing menus  best 1.23 M EUR  bound 1.24 M EUR  gap 0.81 %"
    )


def test_words_before_anything_is_known() -> None:
    assert progress_in_words(None, 0.2, "EUR") == "0 s  starting"
    early = Progress(seconds=1.0, phase="reading prices")
    assert progress_in_words(early, 1.0, "EUR") == "1 s  reading prices  no plan yet  no bound yet"


def test_a_terminal_has_one_live_line_that_is_cut_to_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    line = ProgressLine("EUR", stream)
    line.update(NEWS)
    line.draw()
    assert stream.getvalue() == "\r0 s  pricing menus  "[:20]
    line.close()
    assert stream.getvalue().endswith("\r" + " " * 19 + "\r")
    assert "\n" not in stream.getvalue()


def test_characters_of_two_cells_do_not_break_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    line = ProgressLine("EUR", stream)
    line.update(Progress(seconds=0.0, phase="価格の計算をする"))  # each two cells wide, after the five of `0 s  `
    line.draw()
    assert stream.getvalue() == "\r0 s  価格の計算をす"  # 19 cells: the last column stays free
    line.close()
    assert stream.getvalue().endswith("\r" + " " * 19 + "\r")


def test_a_shorter_live_line_covers_a_longer_one() -> None:
    stream = Terminal()
    line = ProgressLine("EUR", stream)
    line.update(NEWS)
    line.draw()
    longer = len(stream.getvalue()) - 1
    line.update(Progress(seconds=4.0, phase="x"))
    line.draw()
    last = stream.getvalue().rpartition("\r")[2]
    assert len(last) == longer
    assert last.rstrip() == "0 s  x  no plan yet  no bound yet"


def test_into_a_file_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 101.0, 104.9, 105.0, 109.0, 111.0])
    monkeypatch.setattr("optimizer.cli.watching.monotonic", lambda: next(clock))
    stream = io.StringIO()
    line = ProgressLine("EUR", stream)
    line.update(NEWS)
    for _ in range(5):
        line.draw()
    line.close()
    assert [text.split("  ")[0] for text in stream.getvalue().splitlines()] == ["5 s", "11 s"]


def test_watch_returns_what_the_search_returns() -> None:
    def search(*, progress: ProgressCallback, should_stop: StopCheck) -> str:
        progress(NEWS)
        return f"stopped: {should_stop()}"

    assert watch(search, len, "EUR", io.StringIO()) == ("stopped: False", 14)


def test_watch_raises_what_the_search_raises() -> None:
    def search(*, progress: ProgressCallback, should_stop: StopCheck) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        watch(search, keep, "EUR", io.StringIO())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)])
def test_the_first_interrupt_asks_the_search_to_stop(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.cli.watching.are_ours", lambda: True)

    def search(*, progress: ProgressCallback, should_stop: StopCheck) -> bool:
        os.kill(os.getpid(), number)
        until = time.monotonic() + 10
        while not should_stop() and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.6)  # long enough for the watcher to look again
        return should_stop()

    before = signal.getsignal(number)
    stream = io.StringIO()
    assert watch(search, keep, "EUR", stream)[0]
    assert stream.getvalue() == "Stopping with the best plan so far. Ctrl-C again stops at once, without a plan.\n"
    assert signal.getsignal(number) is before


def test_watch_works_outside_of_the_main_thread() -> None:
    answers: list[str] = []

    def search(*, progress: ProgressCallback, should_stop: StopCheck) -> str:
        return "done"

    thread = threading.Thread(target=lambda: answers.append(watch(search, keep, "EUR", io.StringIO())[0]))
    thread.start()
    thread.join(10)
    assert answers == ["done"]


def waiting(times: int) -> Callable[..., bool]:
    """A search that interrupts itself so many times, a while apart, and goes on until it is told to stop."""

    def search(*, progress: ProgressCallback, should_stop: StopCheck) -> bool:
        until = time.monotonic() + 10
        for _ in range(times):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.1)
        while not should_stop() and time.monotonic() < until:
            time.sleep(0.01)
        return should_stop()

    return search


def test_in_another_program_a_second_interrupt_raises_and_ends_nothing() -> None:
    terminates = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        watch(waiting(2), keep, "EUR", io.StringIO())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is terminates


def test_what_nobody_waits_for_any_more_is_not_kept() -> None:
    kept: list[bool] = []
    with pytest.raises(KeyboardInterrupt):
        watch(waiting(2), kept.append, "EUR", io.StringIO())
    assert kept == []


def test_interrupts_while_the_result_is_kept_cost_nothing() -> None:
    def search(*, progress: ProgressCallback, should_stop: StopCheck) -> str:
        return "a plan"

    def keep_slowly(found: str) -> str:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)
        return f"{found}, kept"

    assert watch(search, keep_slowly, "EUR", io.StringIO()) == ("a plan", "a plan, kept")


def test_another_programs_own_handlers_are_left_alone() -> None:
    told: list[int] = []

    def search(*, progress: ProgressCallback, should_stop: StopCheck) -> bool:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.6)
        return should_stop()

    before = signal.signal(signal.SIGINT, lambda number, frame: told.append(number))
    try:
        assert not watch(search, keep, "EUR", io.StringIO())[0]
    finally:
        signal.signal(signal.SIGINT, before)
    assert told == [signal.SIGINT]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="terminals do not hang up here")
def test_a_terminal_may_hang_up_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.cli.watching.are_ours", lambda: True)

    def search(*, progress: ProgressCallback, should_stop: StopCheck) -> bool:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGHUP)
            time.sleep(0.4)
        return should_stop()

    assert watch(search, keep, "EUR", io.StringIO())[0]


def test_rows_of_an_answer_stay_in_sight_once_it_takes_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    line = watching.ProgressLine("EUR", stream)
    line.update(FoundRow(0.0, "drop gold: -2 k EUR to -1 k EUR a year"))
    monkeypatch.setattr(watching, "_ROWS_SECONDS", 1e9)
    line.draw()
    assert stream.getvalue() == ""
    monkeypatch.setattr(watching, "_ROWS_SECONDS", 0.0)
    line.draw()
    line.draw()
    assert stream.getvalue() == "drop gold: -2 k EUR to -1 k EUR a year\n"
