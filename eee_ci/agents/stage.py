"""THE STORY of the agent stage: what the gates found, or a task, becomes items; agents work at them, apart
from each other; each patch goes before the gates of the base; what passes is delivered, and maybe applied."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from eee_ci import files, workspace
from eee_ci.agent import Item, Stage
from eee_ci.agents import ending, journal, planner, resuming, runs, todos
from eee_ci.agents.bench import Bench, judged
from eee_ci.agents.course import Caught, Course, Hands
from eee_ci.agents.journal import Journal
from eee_ci.agents.merging import Queue
from eee_ci.agents.monitor import Watch
from eee_ci.agents.planner import Plan
from eee_ci.agents.resuming import Order, Story
from eee_ci.agents.running import Ground, Pool
from eee_ci.agents.todos import Todos
from eee_ci.agents.work import Judge, Pulse
from eee_ci.config.agents import Agents
from eee_ci.errors import UsageError
from eee_ci.model import Run, Tree
from eee_ci.ports import Observing
from eee_ci.roster import Roster
from eee_ci.tamper import Rules
from eee_ci.workspace import Private


class Means(NamedTuple):
    """What a run works with. `gates` are those that judge; `accept` is the one of them that a task is
    accepted by; `before` are the user's files as they were found, `environ` the user's variables."""

    root: Path
    settings: Agents
    roster: Roster
    before: Tree
    ignored: tuple[str, ...]
    judge: Judge
    executor: Observing
    python: str
    gates: tuple[str, ...]
    accept: str | None
    rules: Rules
    environ: Mapping[str, str]
    watch: Watch
    signals: Caught


def run(order: Order, means: Means) -> Stage:
    """A new run from its beginning, or one that was killed from where it was."""
    with runs.held(means.root, order.run) as folder, journal.opened(folder / journal.FILE) as log:
        story = resuming.story(log.read())
        if story.order is None:
            log.note("begun", order=order)
        if story.stage is not None and story.place:
            ending.tidied(log, Path(story.place))
            return story.stage
        private = _private(story, means, log)
        pulse = Pulse()
        bench = _bench(private, means, pulse)
        tip = story.tip or private.base
        before = judged(bench, tip)
        plan = _plan(order, means, before, story, log)
        course = _course(Desk(order, means, log, folder), plan, Queue(bench, order.run, tip, before), story)
        pulse.beat = course.beat
        course.run(means.signals)
        end = ending.End(order, log, folder, private, plan, course.results, course.tip, means.roster.findings)
        close = ending.stopped if means.signals.first else ending.delivered
        return close(end, means.root)


class Desk(NamedTuple):
    """What belongs to one run."""

    order: Order
    means: Means
    log: Journal
    folder: Path


def _private(story: Story, means: Means, log: Journal) -> Private:
    """The private repository: a new one, unless an earlier process got as far as to have one."""
    if story.place and story.base:
        place = Path(story.place)
        for left in ("clones", "verified"):
            files.discard(place / left)
        return workspace.again(place)
    if story.place:
        files.discard(Path(story.place))
    place = files.scratch_folder()
    log.note("placed", place=str(place))
    private = workspace.open(means.root, place, before=means.before)
    log.note("based", base=private.base, user=private.user)
    return private


def _bench(private: Private, means: Means, pulse: Pulse) -> Bench:
    return Bench(
        private=private,
        place=private.place.folder,
        root=means.root,
        judge=means.judge,
        gates=means.gates,
        rules=means.rules,
        ignored=means.ignored,
        accept=means.accept,
        proofs=means.settings.proofs,
        beat=pulse,
    )


def _plan(order: Order, means: Means, before: Run, story: Story, log: Journal) -> Plan:
    """Analysis, selection and items; those of the journal where an earlier process made them."""
    staff = planner.staff(means.roster, means.settings)
    if story.items is not None:
        _refuse_strange(story.items, staff)
        return Plan(items=story.items, said=story.said, staff=staff)
    if means.signals.first is not None:  # what half of the gates said is no plan
        return Plan((), (), staff)
    plan = planner.make(order, means.settings, means.roster, means.before, before)
    log.note("planned", items=plan.items, said=plan.said)
    for line in plan.said:
        means.watch.said(line)
    return plan


def _refuse_strange(items: tuple[Item, ...], staff: planner.Staff) -> None:
    for item in items:
        if item.agent not in staff:
            raise UsageError(f"the agent {item.agent} is not there any more", "begin a new run")


def _course(desk: Desk, plan: Plan, queue: Queue, story: Story) -> Course:
    means = desk.means
    private = queue.private
    ground = Ground(
        run=desk.order.run,
        private=private,
        place=private.place.folder,
        python=means.python,
        environ=means.environ,
        sandbox=means.settings.sandbox,
        root=means.root,
    )
    listed = Todos(desk.folder, todos.merged(todos.of(plan.items), todos.load(desk.folder)))
    pool = Pool(means.executor, ground, mirror=lambda work, told: listed.mirror(work.item.id, told.todos))
    hands = Hands(private, pool, queue, desk.log, listed, means.watch)
    return Course(plan.items, hands, means.settings, plan.staff, story.past)
