"""The agents on a terminal and elsewhere."""

import io

from eee_ci.agents.monitor import Row, Snapshot
from eee_ci.console import Console
from eee_ci.console.agents import AgentWatch

SNAPSHOT = Snapshot(done=0, total=1, rows=(Row(item="01", state="working", seconds=1),))
DRAWN = (
    "agents: 0 of 1 item done\n  01 working, 1 s, CPU unknown, memory unknown, unknown tokens, unknown USD\n"
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def watch(*, live: bool, quiet: bool = False) -> tuple[AgentWatch, io.StringIO, Clock]:
    out, clock = io.StringIO(), Clock()
    console = Console(out, environ={})
    console.live = live
    return AgentWatch(console, quiet=quiet, clock=clock), out, clock


def test_a_live_terminal_is_drawn_anew_no_oftener_than_four_times_a_second() -> None:
    seen, out, clock = watch(live=True)
    for now in (0.1, 0.2, 0.26, 0.3, 0.52):
        clock.now = now
        seen.show(SNAPSHOT)
    assert out.getvalue() == f"\r\x1b[J{DRAWN}\r\x1b[2A\x1b[J{DRAWN}"


def test_a_change_takes_the_lines_away_first() -> None:
    seen, out, clock = watch(live=True)
    clock.now = 1.0
    seen.show(SNAPSHOT)
    seen.said("01 accepted")
    seen.close()
    assert out.getvalue() == f"\r\x1b[J{DRAWN}\r\x1b[2A\x1b[J01 accepted\n\r\x1b[J"


def test_elsewhere_there_is_a_line_for_each_change_and_a_sign_of_life_a_minute() -> None:
    seen, out, clock = watch(live=False)
    clock.now = 30.0
    seen.show(SNAPSHOT)
    seen.said("01 started")
    clock.now = 91.0
    seen.show(SNAPSHOT)
    seen.show(SNAPSHOT)
    assert out.getvalue() == f"01 started\n{DRAWN}"


def test_quiet_says_nothing() -> None:
    seen, out, clock = watch(live=False, quiet=True)
    clock.now = 100.0
    seen.show(SNAPSHOT)
    seen.said("01 started")
    assert out.getvalue() == ""
