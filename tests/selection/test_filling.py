"""Which names are caches: filled by whoever asks first, and said by nobody else."""

import pytest

from eee_ci.selection.filling import is_filled, is_said

PLAIN = """
_version = ""

def version():
    global _version
    if not _version:
        _version = look()
    return _version
"""


def with_(old: str, new: str) -> str:
    assert old in PLAIN
    return PLAIN.replace(old, new)


AGAIN = """
    def m(self):
        global _version
        if not _version:
            _version = 2
"""
OF_A_CLASS = """
class C:
    kept = None

    @classmethod
    def one(cls):
        with cls.lock:
            if cls.kept is None:
                cls.kept = cls()
                cls.kept.prepare()
        return cls.kept
"""


@pytest.mark.parametrize(
    "source",
    [
        PLAIN,
        with_('_version = ""', "_version: str | None = None"),
        with_("not _version", "_version is None"),
        with_("not _version", "_version == ''"),
        with_("not _version", "not len(_version)"),
        with_("not _version", "len(_version) == 0"),
        with_(
            "        _version = look()", "        step()\n        _version = look()\n        _version.sort()"
        ),
        with_("        _version = look()", "        _version: str = look()"),
        with_("        _version = look()", "        once = _version = look()"),
        with_(
            "        _version = look()",
            "        with lock:\n            if not _version:\n                _version = 1",
        ),
        with_(
            "        _version = look()\n    return _version",
            "        _version = look()\n    else:\n        use(_version)",
        ),
        with_("    return _version", "    try:\n        yield\n    except Exception:\n        use(_version)"),
        with_(
            "    if not _version:\n        _version = look()",
            "    if _version:\n        return _version\n    _version = look()",
        ),
        with_(
            "    if not _version:\n        _version = look()",
            "    if _version is not None:\n        return _version\n    _version = look()",
        ),
        with_(
            "    if not _version:\n        _version = look()",
            "    if len(_version) > 0:\n        return _version\n    _version = look()",
        ),
        with_("def version", "async def version"),
        f"{PLAIN}\nclass D:{AGAIN}",
    ],
)
def test_a_cache(source: str) -> None:
    assert is_filled(source.encode(), "_version")


def test_a_cache_in_a_class() -> None:
    assert is_filled(OF_A_CLASS.encode(), "C.kept")
    assert not is_filled(OF_A_CLASS.encode(), "D.kept")
    assert not is_filled(OF_A_CLASS.encode(), "kept")
    assert not is_filled(OF_A_CLASS.replace("cls.kept", "cls.other.kept").encode(), "C.kept")
    assert is_filled(OF_A_CLASS.replace("cls.kept", "C.kept").encode(), "C.kept")


@pytest.mark.parametrize(
    "source",
    [
        "_version = ''",
        f"{PLAIN}\nNAME = 'p._version'\n",
        with_("    if not _version:\n", "    if _version == '' == other:\n"),
        with_(
            "    if not _version:\n        _version = look()",
            "    if not _version:\n        _version = look()\n    else:\n        _version = 3",
        ),
        with_(
            "        _version = look()",
            "        with lock:\n          if not _version:\n            _version = 1\n        _version = 2",
        ),
        with_(
            "    if not _version:\n        _version = look()",
            "    with lock(_version):\n        if not _version:\n            _version = look()",
        ),
        with_(
            "    if not _version:\n        _version = look()",
            "    with lock:\n        if not _version:\n            _version = look()\n    _version = 3",
        ),
        "def (",
        with_("    if not _version:\n", "    if not _version or force:\n"),
        with_("    if not _version:\n", "    if _version is other:\n"),
        with_("    if not _version:\n", "    if 1 < len(_version) < 3:\n"),
        with_("    if not _version:\n", "    if len(_version) < 3:\n"),
        with_("    if not _version:\n", "    if count == 0:\n"),
        with_("    if not _version:\n", "    while not _version:\n"),
        with_("    if not _version:\n", "    if not f(_version):\n"),
        with_("        _version = look()", "        _version = look(_version)"),
        with_("        _version = look()", "        _version, b = look()"),
        with_("        _version = look()", "        _version += look()"),
        with_("        _version = look()", "        use(_version)\n        _version = look()"),
        with_("        _version = look()", "        _version = look()\n        _version = 2"),
        with_("        _version = look()", "        look()"),
        with_("        _version = look()", "        if count:\n            _version = look()"),
        with_("        _version = look()", "        for _ in '1':\n            _version = look()"),
        with_("    return _version", "    old, _version = _version, None\n    return old"),
        with_("    return _version", "    del _version"),
        with_("    return _version", "    for _version in '12':\n        pass"),
        with_("    if not _version:", "    use(_version)\n    if not _version:"),
        with_(
            "    if not _version:\n        _version = look()",
            "    if _version:\n        use(_version)\n    _version = look()",
        ),
        with_(
            "    if not _version:\n        _version = look()",
            "    if _version:\n        return 1\n    else:\n        pass\n    _version = 3",
        ),
        with_(
            "    if not _version:\n        _version = look()",
            "    if _version:\n        _version = 2\n        return 1\n    _version = 3",
        ),
        with_(
            "    if not _version:\n        _version = look()",
            "    if _version:\n        return 1\n    use(_version)",
        ),
        with_("    if not _version:\n        _version = look()", "    if _version:\n        return _version"),
        with_("    if not _version:\n", "    with open(_version):\n        pass\n    if not _version:\n"),
        with_("def version():", "def version(first=_version):"),
        with_("def version():", "@register(_version)\ndef version():"),
        with_("def version():", "def _version():"),
        f"{PLAIN}\nshown = _version\n",
        f"{PLAIN}\ndef reset():\n    global _version\n    _version = ''\n",
        f"{PLAIN}\ndef peek():\n    return _version\n",
        f"{PLAIN}\ndef peek():\n    return globals()['_version']\n",
        f"{PLAIN}\n__all__ = ['version', '_version']\n",
        f"{PLAIN}\nclass D:\n    _version = 3\n",
        f"{PLAIN}\nfrom x import _version\n",
        f"{PLAIN}\nfrom x import y as _version\n",
        f"{PLAIN}\ndef f(_version):\n    pass\n",
        f"{PLAIN}\nf(_version=3)\n",
        with_(
            "    return _version",
            "    def inner():\n        global _version\n        _version = 3\n    return inner",
        ),
    ],
)
def test_no_cache(source: str) -> None:
    assert not is_filled(source.encode(), "_version")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (b"x._version", True),
        (b"# _version\n", True),
        (b"my_version _versions", False),
        (b"'p._version'", True),
    ],
)
def test_a_word_is_found_wherever_it_stands(source: bytes, found: bool) -> None:
    assert is_said(source, "_version") == found
