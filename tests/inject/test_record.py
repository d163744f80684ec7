"""The recorder knows for every test file what it depended on, and says when it cannot know."""

import os
import sys
from pathlib import Path

import pytest

from tests.inject import recorded

# more interpreters that have pytest and coverage.py
OTHERS = [Path(name) for name in os.environ.get("EEE_CI_PYTHONS", "").split(os.pathsep) if name]
TEST, LAST = "tests/test_x.py", "tests/test_z.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def test_a_used_class_is_a_dependency_on_its_module_and_its_method_is_executed(root: Path) -> None:
    ran = recorded.run(root, {TEST: "from p.a import C\n\ndef test_m():\n    assert C().m() == 1\n"})
    assert (ran.exit, ran.record["untracked"], ran.record["complete"]) == (0, None, True)
    file = ran.file(TEST)
    assert file["modules"] == ["src/p/__init__.py", "src/p/a.py", TEST]
    assert file["executed"] == {"src/p/a.py": ["C.m"]}
    assert file["untrusted"] == []
    assert file["cases"] == [["tests.test_x", "test_m"]]


def test_a_cached_import_is_a_dependency_as_well(root: Path) -> None:
    use = "def test_x():\n    from p import a\n    assert a.f\n"
    ran = recorded.run(
        root, {"tests/test_w.py": use, TEST: use, "tests/test_z.py": "def test_z():\n    pass\n"}
    )
    assert "src/p/a.py" in ran.file(TEST)["modules"]
    assert "src/p/a.py" in ran.file("tests/test_w.py")["modules"]
    assert ran.file("tests/test_z.py")["modules"] == ["tests/test_z.py"]


@pytest.mark.parametrize(
    "words",
    [
        "import importlib\n    importlib.import_module('p.a')",
        "name = 'p.a'\n    __import__(name)",
        "name = 'p.a'\n    __import__(name, None, None, ['f'])",
        "real_import = __import__\n    real_import('p.' + 'a')",
        "import pickle\n    pickle.loads(b'cp.a\\nf\\n.')",
        "from pathlib import Path\n    import runpy\n    runpy.run_path('src/p/a.py')",
    ],
)
def test_an_import_by_a_computed_name_is_seen_though_cached(root: Path, words: str) -> None:
    first = "import p.a\n\ndef test_w():\n    pass\n"
    ran = recorded.run(root, {"tests/test_w.py": first, TEST: f"def test_x():\n    {words}\n"})
    assert (ran.exit, ran.record["untracked"]) == (0, None)
    assert "src/p/a.py" in ran.file(TEST)["modules"]


def test_a_failing_import_looks_as_without_us(root: Path) -> None:
    body = (
        "import sys\n\ndef test_x():\n    try:\n        __import__('missing_one')\n"
        "    except ImportError:\n        assert sys.exc_info()[2].tb_next is None\n"
        "    try:\n        import missing_two\n    except ImportError as error:\n"
        "        assert error.__traceback__.tb_next is None\n"
    )
    ran = recorded.run(root, {TEST: body})
    assert ran.exit == 0, ran.output
    assert {"missing_one", "missing_two"} <= set(ran.file(TEST)["imports"])


def test_data_listings_and_what_is_not_there_are_recorded(root: Path) -> None:
    body = (
        "import glob\nfrom pathlib import Path\nhere = Path(__file__).parent\n\ndef test_x():\n"
        "    assert (here / 'data/x.json').read_text() == '{}'\n"
        "    assert not (here / 'missing.json').exists()\n"
        "    assert glob.glob(str(here / 'data/*.json'))\n    assert (here / 'data').is_dir()\n"
    )
    ran = recorded.run(root, {TEST: body, "tests/data/x.json": "{}"})
    file = ran.file(TEST)
    assert file["data"] == ["tests/data/x.json"]
    assert file["listings"] == ["tests/data"]
    assert "tests/data" in file["stats"]
    assert "tests/missing.json" in file["absent"]


def test_a_module_that_another_platform_would_import_is_a_dependency(root: Path) -> None:
    console = "import sys\n\nif sys.platform == 'none':\n    from p._console import x\n"
    body = "import p.console\n\ndef test_x():\n    pass\n"
    file = recorded.run(root, {TEST: body, "src/p/console.py": console, "src/p/_console.py": "x = 1\n"}).file(
        TEST
    )
    assert "src/p/_console.py" in file["modules"]
    assert {"src/p/_console.py", "src/p/_console/__init__.py"} <= set(file["absent"])
    assert "src/p/_console/__init__.py" not in file["modules"]


def test_an_environment_variable_leaves_no_trace(root: Path) -> None:
    ran = recorded.run(root, {TEST: "import os\n\ndef test_x():\n    assert os.environ.get('X') is None\n"})
    file = ran.file(TEST)
    assert (file["data"], file["stats"], file["listings"], file["untrusted"]) == ([], [], [], [])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            "import subprocess, sys\n    subprocess.run([sys.executable, '-c', ''])",
            "starts the process python",
        ),
        ("import os\n    os.system('true')", "starts a shell"),
        ("import os\n    os.waitpid(os.fork() or os._exit(0), 0)", "forks its process"),
        ("import socket\n    socket.socket().bind(('127.0.0.1', 0))", "opens a socket"),
        ("import sys\n    sys.settrace(None)", "sets a trace function"),
        ("open('made.txt', 'w').close()", "writes below the project (made.txt)"),
        ("import os\n    os.mkdir('made')", "writes below the project (made)"),
        ("import sqlite3\n    sqlite3.connect('x.db').close()", "opens a data base below the project (x.db)"),
        (
            "import threading, time\n    threading.Thread(target=time.sleep, args=(1,)).start()",
            "leaves a thread running",
        ),
    ],
)
def test_what_cannot_be_followed_makes_only_its_own_file_untrusted(
    root: Path, words: str, sentence: str
) -> None:
    ran = recorded.run(
        root, {TEST: f"def test_x():\n    {words}\n", "tests/test_z.py": "def test_z():\n    0\n"}
    )
    assert ran.exit == 0, ran.output
    found = [said.replace(Path(sys.executable).name, "python") for said in ran.file(TEST)["untrusted"]]
    assert found == [sentence]
    assert ran.file("tests/test_z.py")["untrusted"] == []
    assert ran.record["shared"]["untrusted"] == []


def test_a_socket_pair_and_facts_of_the_machine_are_trusted(root: Path) -> None:
    words = "asyncio.run(asyncio.sleep(0))\n    platform.processor()\n"
    body = f"import asyncio, platform\n\ndef test_x():\n    {words}"
    assert recorded.run(root, {TEST: body}).file(TEST)["untrusted"] == []


def test_a_pool_that_waits_for_its_next_job_is_trusted(root: Path) -> None:
    body = (
        "from concurrent.futures import ThreadPoolExecutor\n\ndef test_x():\n"
        "    test_x.pool = ThreadPoolExecutor(1)\n    assert test_x.pool.submit(int).result() == 0\n"
    )
    assert recorded.run(root, {TEST: body}).file(TEST)["untrusted"] == []


POOL = """\
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture(scope="session")
def pool():
    with ThreadPoolExecutor(1) as made:
        made.submit(int).result()
        yield made
"""


def test_who_leaves_a_job_to_a_pool_of_others_is_not_trusted(root: Path) -> None:
    uses = "def test_w(pool):\n    assert pool.submit(int).result() == 0\n"
    leaves = "import time\n\ndef test_x(pool):\n    pool.submit(time.sleep, 1)\n"
    ran = recorded.run(root, {"tests/conftest.py": POOL, "tests/test_w.py": uses, TEST: leaves, LAST: uses})
    assert ran.file("tests/test_w.py")["untrusted"] == []
    assert ran.file(TEST)["untrusted"] == ["leaves a thread running"]


def test_conftests_around_are_dependencies_and_so_is_their_absence(root: Path) -> None:
    files = {"tests/sub/test_x.py": "def test_x():\n    pass\n", "tests/conftest.py": "import p\n"}
    file = recorded.run(root, files).file("tests/sub/test_x.py")
    assert {"tests/conftest.py", "src/p/__init__.py"} <= set(file["modules"])
    assert {"conftest.py", "tests/sub/conftest.py"} <= set(file["absent"])


def test_names_that_a_new_file_could_shadow_are_remembered(root: Path) -> None:
    ran = recorded.run(root, {TEST: "import json\n\ndef test_x():\n    assert json.dumps(1)\n"})
    assert "json" in ran.file(TEST)["imports"]
    assert "pytest" in ran.record["shared"]["imports"]


def test_a_session_fixture_counts_for_everyone_who_uses_it(root: Path) -> None:
    conftest = (
        "import pytest\n\n@pytest.fixture(scope='session')\ndef wide():\n    import p.a\n"
        "    open('tests/data.txt').close()\n    return p.a.f()\n"
    )
    use = "def test_it(wide):\n    assert wide == 2\n"
    files = {"tests/conftest.py": conftest, "tests/data.txt": "", "tests/test_w.py": use, TEST: use}
    ran = recorded.run(root, {**files, "tests/test_z.py": "def test_z():\n    pass\n"})
    for name in ("tests/test_w.py", TEST):
        assert ran.file(name)["executed"] == {"src/p/a.py": ["f"]}
        assert ran.file(name)["data"] == ["tests/data.txt"]
        assert ran.file(name)["fixtures"] == ["fixture:tests::wide"]
    assert ran.file("tests/test_z.py")["executed"] == {}


def test_what_runs_during_an_import_belongs_to_no_test(root: Path) -> None:
    ran = recorded.run(
        root, {TEST: "from p.a import f\nVALUE = f()\n\ndef test_x():\n    assert VALUE == 2\n"}
    )
    assert ran.record["import_executed"]["src/p/a.py"] == ["f"]
    assert ran.file(TEST)["executed"] == {}


def test_files_are_left_out_and_reordered(root: Path) -> None:
    names = ("tests/test_a.py", "tests/test_b.py", "tests/test_c.py")
    files = dict.fromkeys(names, "def test_one():\n    pass\n\ndef test_two():\n    pass\n")
    ran = recorded.run(root, files, "-vv", *names, skip=[names[0]], first=[names[2]])
    assert ran.exit == 0, ran.output
    order = [line.split(" ")[0] for line in ran.output.splitlines() if " PASSED" in line]
    assert order == [f"{name}::test_{which}" for name in names[:0:-1] for which in ("one", "two")]
    assert ran.record["skipped"] == [names[0]]
    found = recorded.run(root, files, "tests", skip=[names[0]])
    assert sorted(found.record["files"]) == list(names[1:])


@pytest.mark.parametrize(
    ("fixed", "order"),
    [("", "dabce"), ("c", "abcde"), ("b", "abdce"), ("e", "dabce"), ("d", "abcde"), ("ab", "abdce")],
)
def test_none_passes_a_fixed_one(fixed: str, order: str, root: Path) -> None:
    files = {f"tests/test_{name}.py": f"def test_{name}():\n    pass\n" for name in "abcde"}
    names = [f"tests/test_{name}.py" for name in fixed]
    ran = recorded.run(root, files, "-vv", "tests", first=["tests/test_d.py"], fixed=names)
    assert ran.exit == 0, ran.output
    rows = [line.split(" ")[0] for line in ran.output.splitlines() if " PASSED" in line]
    assert "".join(row[-1] for row in rows) == order


def test_a_run_that_stopped_early_is_not_complete(root: Path) -> None:
    body = "def test_x():\n    assert 0\n\ndef test_y():\n    pass\n"
    assert recorded.run(root, {TEST: body}).record["complete"]
    assert not recorded.run(root, {TEST: body}, "-x").record["complete"]


def test_a_plugin_that_was_refused_leaves_a_reason(root: Path) -> None:
    ran = recorded.run(root, {TEST: "def test_x():\n    pass\n"}, "-p", "no:eee_ci_inject.plugin")
    assert ran.exit == 0
    assert ran.record["untracked"] == "pytest did not load the recorder"


def test_data_of_several_processes_is_recorded_as_that_of_one(root: Path) -> None:
    body = "from p.a import f\n\n\ndef test_x():\n    assert f() == 2\n"
    one = recorded.run(root, {TEST: body})
    several = recorded.run(root, {".coveragerc": "[run]\nparallel = true\n"})
    assert (several.exit, several.record["untracked"]) == (0, one.record["untracked"]), several.output
    assert "Traceback" not in several.output
    assert several.file(TEST)["executed"] == one.file(TEST)["executed"] != {}


def test_a_fault_of_the_recorder_leaves_the_tests_alone(root: Path) -> None:
    body = (
        "import os, sys\n\ndef test_x():\n    watch = sys.modules['eee_ci_inject.scene']\n"
        "    watch.Scene.note = None\n    assert open(__file__.replace('test_x.py', 'x.txt')).read() == ''\n"
    )
    ran = recorded.run(root, {TEST: body, "tests/x.txt": ""})
    assert ran.exit == 0, ran.output
    assert ran.record["untracked"].startswith("the recorder failed: TypeError")


@pytest.mark.skipif(not OTHERS, reason="EEE_CI_PYTHONS names no other interpreters")
@pytest.mark.parametrize("python", OTHERS, ids=str)
@pytest.mark.parametrize("cover", [True, False])
def test_other_interpreters_tell_the_same(root: Path, python: Path, cover: bool) -> None:
    body = (
        "from p.a import C\n\ndef test_m():\n    assert C().m() == 1\n    name = 'p'\n    __import__(name)\n"
    )
    ran = recorded.run(root, {TEST: body}, python=str(python), cover=cover)
    assert (ran.exit, ran.record["untracked"]) == (0, None)
    assert ran.file(TEST)["modules"] == ["src/p/__init__.py", "src/p/a.py", TEST]
    watched = cover or int(ran.record["python"].split(".")[1]) >= 12
    assert (ran.file(TEST)["executed"] or {}).get("src/p/a.py") == (["C.m"] if watched else None)


def test_without_coverage_the_old_interpreters_know_no_functions(root: Path) -> None:
    ran = recorded.run(root, {TEST: "import p.a\n\ndef test_x():\n    pass\n"}, cover=False)
    known = ran.file(TEST)["executed"] is not None
    assert known == (sys.version_info >= (3, 12))
    assert "src/p/a.py" in ran.file(TEST)["modules"]
