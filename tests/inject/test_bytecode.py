"""What code imports is read from its byte code."""

import builtins
import sys
import types
from typing import Any

import pytest

from eee_ci.inject import bytecode

Frame = types.FrameType


def test_statements_tell_name_level_and_members() -> None:
    code = compile("import a.b\nfrom . import c\nfrom d import e as f, g\n", "m.py", "exec")
    assert list(bytecode.statements(code)) == [
        ("a.b", 0, ()),
        ("", 1, ("c",)),
        ("d", 0, ("e", "g")),
    ]


def test_what_is_not_understood_has_no_level() -> None:
    code = compile("import a\n", "m.py", "exec")
    odd = code.replace(co_consts=tuple("odd" if const == 0 else const for const in code.co_consts))
    assert list(bytecode.statements(odd)) == [("a", -1, ())]


def test_a_small_number_stands_in_the_instruction_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    code = compile("1", "m.py", "eval")
    monkeypatch.setitem(bytecode.LOADS, 255, "LOAD_SMALL_INT")
    assert bytecode.constant(code, 255, 2) == 2


@pytest.mark.parametrize(
    ("source", "calls"),
    [
        ("__import__('a')", True),
        ("getattr(builtins, 'real_import')", True),
        ("import a", False),
        ("important = 1", False),
    ],
)
def test_who_calls_import_under_whatever_name(source: str, calls: bool) -> None:
    assert bytecode.calls_import(compile(source, "m.py", "exec")) is calls


def test_the_import_system_itself_is_not_meant() -> None:
    assert not bytecode.calls_import(compile("__import__('a')", "<frozen importlib._bootstrap>", "exec"))


def argument_of(source: str, **names: Any) -> str | None:
    """What the argument of `__import__` is found to be in the frame that calls it."""
    found: list[str | None] = []

    def note(*_: object, **__: object) -> object:
        found.append(bytecode.argument(sys._getframe(1)))
        return builtins

    made = {"__import__": note, **names}
    exec(compile(source, "m.py", "exec"), made)  # noqa: S102 - our own words
    return found[0]


@pytest.mark.parametrize(
    ("source", "argument"),
    [
        ("__import__('a.b')", "a.b"),
        ("def f(name):\n    __import__(name)\nf('a')", "a"),
        ("name = 'a'\n__import__(name)", "a"),
        ("def f(name, x):\n    __import__(name, x, x, ['c'])\nf('a', 1)", "a.*"),
        ("def f(name):\n    __import__(name, globals(), locals(), ['c'])\nf('a')", "a.*"),
        ("b = 'b'\n__import__('a' + b)", None),
        ("b = 'b'\n__import__(f'a{b}')", None),
        ("b = 'b'\n__import__('%s' % b)", None),
        ("__import__(x.y)", None),
        ("def f():\n    __import__(x)\nf()", None),
        ("__import__(1)", None),
        ("__import__()", None),
        ("other = __import__\ndef f(name):\n    other(name)\nf('a')", None),
    ],
)
def test_the_argument_where_the_code_simply_says_it(source: str, argument: str | None) -> None:
    assert argument_of(source, x=types.SimpleNamespace(y="z")) == argument
