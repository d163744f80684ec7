"""An honest patch is clean: what people and fixers do every day is no tampering."""

import pytest

from tests.tamper.scene import Texts, judged

CODE = '''\
"""A shop."""
import sys
import os
from typing import Any, Optional, cast


def total(prices: list[int], *rest: Any) -> int:
    """All
    together."""
    try:
        return sum(prices)
    except Exception:  # noqa: BLE001
        pass
    value = eval("1")  # noqa: S307 - it is ours
    return cast(int, value)


def name(key: Optional[str]) -> Any:  # type: ignore[misc]
    if key == 'a':
        return {'a': 1, 'b': 2}[key]  # pragma: no cover
    return os.path.join(sys.prefix, key or "")
'''
TESTS = """\
import pytest
from shop import total, name


@pytest.mark.parametrize("prices, expected", [([1], 1), ([1, 2], 3)])
def test_total(prices, expected):
    assert total(prices) == expected


@pytest.mark.skipif(True, reason="later")
def test_name():
    result = name("a")
    assert result == 1
    with pytest.raises(KeyError, match="c"):
        name("c")
"""
BASE: Texts = {"src/shop.py": CODE, "tests/test_shop.py": TESTS}

HONEST: dict[str, Texts] = {
    "words in a hint that are no hint": {
        "src/mode.py": "from typing import Literal\n\nmode: Literal['no hint', 'x'] = 'x'\n"
    },
    "a real fix": {"src/shop.py": CODE.replace("return sum(prices)", "return sum(prices) + sum(rest)")},
    "sorted imports": {"src/shop.py": CODE.replace("import sys\nimport os\n", "import os\nimport sys\n")},
    "an unused suppression removed": {"src/shop.py": CODE.replace("  # noqa: BLE001", "")},
    "a suppression that names its rules": {
        "src/shop.py": CODE.replace("# noqa: S307 - it is ours", "# noqa: S307 - still ours")
    },
    "a renamed variable beside a suppression": {"src/shop.py": CODE.replace("value", "answer")},
    "a renamed function with a suppression": {"src/shop.py": CODE.replace("def name(", "def label(")},
    "other quotes, and lines broken": {
        "src/shop.py": CODE.replace(
            'value = eval("1")  # noqa: S307 - it is ours',
            "value = eval(\n        '1',\n    )  # noqa: S307 - it is ours",
        )
    },
    "a newer spelling of a type": {"src/shop.py": CODE.replace("Optional[str]", "str | None")},
    "moved code with all that it silences": {
        "src/shop.py": CODE[: CODE.index("def name")],
        "src/names.py": "import os\nimport sys\nfrom typing import Any\n\n\n"
        + CODE[CODE.index("def name") :],
    },
    "an added test": {
        "tests/test_shop.py": TESTS + "\n\ndef test_nothing_is_nothing():\n    assert total([]) == 0\n"
    },
    "a new test file": {
        "tests/test_more.py": "from shop import total\n\n\ndef test_it():\n    assert total([]) == 0\n"
    },
    "a renamed test": {"tests/test_shop.py": TESTS.replace("def test_name", "def test_name_is_known")},
    "a moved test": {
        "tests/test_shop.py": TESTS[: TESTS.index("@pytest.mark.skipif")],
        "tests/test_names.py": "import pytest\nfrom shop import name\n\n\n"
        + TESTS[TESTS.index("@pytest.mark.skipif") :],
    },
    "a renamed variable in a test": {"tests/test_shop.py": TESTS.replace("result", "found")},
    "a stronger test": {
        "tests/test_shop.py": TESTS.replace("assert result == 1", "assert result == 1\n    assert result > 0")
    },
    "one more case of a test": {"tests/test_shop.py": TESTS.replace("([1], 1),", "([1], 1), ([], 0),")},
    "a word like a suppression in a string": {
        "src/shop.py": CODE + '\n\nHELP = "write # noqa or # type: ignore, and skip(it)"\n'
    },
    "an exception that is told": {
        "src/shop.py": CODE
        + "\n\ndef f():\n    try:\n        total([])\n    except ValueError:\n        pass\n"
    },
    "a new document": {"docs/silence.md": "Write `# noqa`, or `|| true`.\n"},
    "a file deleted with its suppressions": {"src/shop.py": None},
}


@pytest.mark.parametrize("what", HONEST)
def test_an_honest_patch_is_clean(what: str) -> None:
    assert judged(BASE, HONEST[what]) == ()
