"""Items: who is given which findings, what each may touch, and in which order."""

from eee_ci.agent import Item
from eee_ci.agents import planning
from eee_ci.agents.selection import Selection
from tests.agents.work import agent, finding

LINT = agent("lint-fixer", backend="fixers")
FORMAT = agent("formatter", backend="fixers")
MODEL = agent("doctor")
BOTH = Selection(chosen=(FORMAT, LINT), domains={"format": "formatter", "lint": "lint-fixer"})
UNSTYLED = finding("x", "b.py", tool="ruff-format", category="format")


def test_findings_go_to_the_agent_of_their_domain_with_their_files_and_format_comes_last() -> None:
    unused, other = finding(path="b.py"), finding("E711", "a[1].py")
    assert planning.items(BOTH, findings=[UNSTYLED, unused, other]) == (
        Item(
            id="01-lint-fixer",
            agent="lint-fixer",
            title="2 findings in 2 files",
            task="Mend 2 findings in 2 files: ruff E711 (1), ruff F401 (1).",
            targets=("E711 a[1].py", "F401 b.py"),
            findings=(other, unused),
            scope=("a[[]1].py", "b.py"),
            domains=("lint",),
        ),
        Item(
            id="02-formatter",
            agent="formatter",
            title="1 finding in 1 file",
            task="Mend 1 finding in 1 file: ruff-format x (1).",
            targets=("x b.py",),
            findings=(UNSTYLED,),
            scope=("b.py",),
            domains=("format",),
        ),
    )


def test_imports_and_types_come_before_lint() -> None:
    chosen = Selection(
        chosen=(LINT, agent("t"), agent("i"), agent("d"), agent("s")),
        domains={"lint": "lint-fixer", "types": "t", "imports": "i", "dependencies": "d", "security": "s"},
    )
    findings = [
        finding("B1", tool="bandit", category="security"),
        finding(),
        finding("ANN201"),
        finding("I001"),
        finding("v", tool="pip-audit"),
    ]
    assert [item.agent for item in planning.items(chosen, findings=findings)] == [
        "d",
        "i",
        "t",
        "lint-fixer",
        "s",
    ]


def test_findings_of_nobody_are_told_apart() -> None:
    secret = finding("B105", tool="bandit", category="security")
    assert planning.unassigned(BOTH, [UNSTYLED, secret]) == (secret,)
    assert planning.items(BOTH, findings=[secret]) == ()


def test_a_finding_without_a_file_leaves_the_scope_open_and_is_an_item_of_its_own() -> None:
    chosen = Selection(chosen=(MODEL,), domains={"lint": "doctor"})
    first, second = planning.items(chosen, findings=[finding(), finding("X", None)])
    assert (first.scope, first.title, first.targets) == ((), "1 finding in the project", ("X None",))
    assert second.scope == ("a.py",)
    assert planning.meets(first, second)


def test_much_work_of_a_model_is_parted_and_a_file_never() -> None:
    chosen = Selection(chosen=(MODEL,), domains={"lint": "doctor"})
    findings = [finding(f"R{n}", f"{path}.py") for path in "cab" for n in range(4)]
    made = planning.items(chosen, findings=findings, most=6)
    assert [(item.id, item.scope, len(item.findings)) for item in made] == [
        ("01-doctor", ("a.py",), 4),
        ("02-doctor", ("b.py",), 4),
        ("03-doctor", ("c.py",), 4),
    ]
    assert not any(planning.meets(one, other) for one in made for other in made if one is not other)
    together = planning.items(chosen, findings=findings, most=8)
    assert [item.scope for item in together] == [("a.py", "b.py"), ("c.py",)]


def test_a_fixer_takes_any_number_at_once() -> None:
    findings = [finding(path=f"{number}.py") for number in range(200)]
    (item,) = planning.items(BOTH, findings=findings)
    assert len(item.findings) == len(item.scope) == 200


def test_items_that_share_a_file_meet() -> None:
    one, other = planning.items(BOTH, findings=[UNSTYLED, finding(path="b.py")])
    assert planning.meets(one, other)


def test_a_finding_without_a_fingerprint_is_no_target() -> None:
    (item,) = planning.items(BOTH, findings=[finding(fingerprint="")])
    assert (item.targets, len(item.findings)) == ((), 1)


def test_of_many_rules_the_most_frequent_are_named() -> None:
    findings = [finding(f"R{n}", f"{n}{m}.py") for n in range(8) for m in range(n + 1)]
    (item,) = planning.items(BOTH, findings=findings)
    assert item.task == (
        "Mend 36 findings in 36 files: ruff R7 (8), ruff R6 (7), ruff R5 (6), ruff R4 (5), ruff R3 (4),"
        " 3 more rules."
    )


def test_a_task_is_given_whole_to_each_of_the_chosen_with_the_scope_of_the_config() -> None:
    task = "Fix lint\nand " + "format " * 20
    made = planning.items(BOTH, task=task, scope=("src/**",))
    assert [(item.id, item.task, item.scope, item.domains) for item in made] == [
        ("01-lint-fixer", task, ("src/**",), ("lint",)),
        ("02-formatter", task, ("src/**",), ("format",)),
    ]
    assert made[0].title.startswith("Fix lint and format")
    assert len(made[0].title) == 72


def test_a_task_without_a_scope_is_alone() -> None:
    one, other = planning.items(BOTH, task="x")
    assert planning.meets(one, other)


def test_nothing_chosen_is_nothing_to_do() -> None:
    assert planning.items(Selection(), task="x") == ()
    assert planning.items(Selection(), findings=[UNSTYLED]) == ()
