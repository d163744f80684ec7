"""Which functions leave something for later callers, and what these may call."""

import pytest

from eee_ci.selection.memory import memory
from eee_ci.selection.shape import shape


def remembering(*sources: str) -> set[str]:
    shapes = {f"m{number}.py": shape(source.encode()) for number, source in enumerate(sources)}
    found = memory({path: made for path, made in shapes.items() if made is not None})
    return {name for names in found.remembering.values() for name in names}


REMEMBERS = {
    "lru_cache": "@functools.lru_cache(maxsize=None)\ndef f(): pass\n",
    "cache": "@cache\ndef f(): pass\n",
    "cached_property": "class C:\n    @cached_property\n    def f(self): pass\n",
    "of another library": "@region.cache_on_arguments()\ndef f(): pass\n",
    "cached by name": "def f(): pass\ng = functools.lru_cache(f)\n",
    "cached by name, with options": "def f(): pass\ng = lru_cache(maxsize=1)(f)\n",
    "global": "x = 1\ndef f():\n    global x\n    x = 2\n",
    "item": "seen = {}\ndef f(key):\n    seen[key] = 1\n",
    "item of an imported name": "from q import seen\ndef f(key):\n    seen[key] = 1\n",
    "deleted item": "def f(key):\n    del os.environ[key]\n",
    "attribute": "import q\ndef f():\n    q.level = 1\n",
    "nested": "import q\ndef f():\n    q.a[0].b().c = 1\n",
    "setattr": "import q\ndef f():\n    setattr(q, 'a', 1)\n",
    "augmented": "counts = {}\ndef f():\n    counts['a'] += 1\n",
    "unpacked": "pair = [1]\ndef f():\n    pair[0], x = 1, 2\n",
    "for target": "pair = [1]\ndef f():\n    for pair[0] in range(3): pass\n",
    "method that changes": "seen = []\ndef f():\n    seen.append(1)\n",
    "set of a variable's item": "seen = {}\ndef f():\n    seen.setdefault('a', []).append(1)\n",
    "of an imported variable by another name": "from m1 import seen as s\ndef f():\n    s.append(1)\n",
    "through a local name": "seen = {}\ndef f():\n    mine = seen\n    mine['a'] = 1\n",
    "through a local name in a condition": "seen = {}\ndef f():\n    if x := seen[1]:\n        x.append(1)\n",
    "through a loop": "seen = {}\ndef f():\n    for one in seen.values():\n        one.append(1)\n",
    "handed to another": "seen = []\ndef f():\n    heappush(seen, 1)\n",
    "class variable": "class C:\n    seen = []\n    def f(self):\n        self.seen.append(1)\n",
    "typed class variable": "class C:\n    seen: dict = {}\n    def f(self):\n        self.seen[1] = 1\n",
    "class": "class C:\n    @classmethod\n    def f(cls):\n        cls.one = 1\n",
    "own class": "class C:\n    def f(self):\n        type(self).one = 1\n",
    "own class by attribute": "class C:\n    def f(self):\n        self.__class__.one = 1\n",
    "mutable default": "def f(seen=[]):\n    seen.append(1)\n",
    "mutable default by name": "def f(*, seen={}):\n    seen['a'] = 1\n",
    "default with a name": "REGISTRY = Registry()\ndef f(seen=REGISTRY):\n    seen.add(1)\n",
    "default of a module": "import q\ndef f(seen=q.REGISTRY):\n    seen.one = 1\n",
    "item of an alias": "Table = [{}]\ndef f():\n    Table[0]['a'] = 1\n",
    "item of a value": "first = rows[0]\ndef f():\n    first.append(1)\n",
    "object of a class with a method": (
        "class Registry:\n    def add(self): pass\nregistry = Registry()\ndef f(): registry.add()\n"
    ),
    "object of a class with a base": (
        "class Registry(list): pass\nregistry = Registry()\ndef f(): registry.append(1)\n"
    ),
    "object of a decorated class": "@made\nclass R: pass\nr = R()\ndef f(): r.append(1)\n",
    "attribute of a blank object": "class Blank: pass\nblank = Blank()\ndef f(): blank.x = 1\n",
    "property of a class that keeps": (
        "class held:\n    def __init__(self, g): self.g = g\n    def __call__(self): self.v = self.g()\n"
        "class C:\n    @held\n    def f(self): pass\n    @f.setter\n    def f(self, x): pass\n"
    ),
    "setter of another": (
        "class C:\n    def g(self): self.x = 1\n    @g.setter\n    def f(self): pass\n"
    ),
    "registry": "registry = Registry()\ndef f():\n    registry.add(1)\n",
    "decorated": (
        "def wrap(g):\n    seen = {}\n    def inner(x):\n        seen[x] = g(x)\n    return inner\n"
        "@wrap\ndef f(x): pass\n"
    ),
    "decorated, nonlocal": (
        "def wrap(g):\n    seen = None\n    def inner(x):\n        nonlocal seen\n        seen = g(x)\n"
        "    return inner\n"
        "@wrap\ndef f(x): pass\n"
    ),
    "decorated by a class": (
        "class Held:\n    def __init__(self, g): self.g = g\n    def __call__(self): self.value = self.g()\n"
        "@Held\ndef f(x): pass\n"
    ),
    "decorated deep inside": (
        "def wrap(size):\n    seen = {}\n    def outer(g):\n        def inner(x): seen[x] = g(x)\n"
        "        return inner\n    return outer\n@wrap(3)\ndef f(): pass\n"
    ),
    "decorated by what caches": "def held(g):\n    return cache(g)\n@held\ndef f(): pass\n",
}  # fmt: skip  # read in rows


@pytest.mark.parametrize("name", REMEMBERS)
def test_it_remembers(name: str) -> None:
    assert {place.rpartition(".")[2] for place in remembering(REMEMBERS[name], "seen = []\n")} >= {"f"}


FORGETS = {
    "plain": "def f(x): return x + 1\n",
    "reads": "table = {}\ndef f(x): return table[x], table.get(x), len(table), x in table\n",
    "local": "def f(x):\n    found = []\n    found.append(x)\n    found[0] = 1\n    return found\n",
    "argument": "def f(x):\n    x.y = 1\n    x.z.append(1)\n",
    "own attribute": "class C:\n    def f(self):\n        self.x = 1\n        self.y.append(1)\n",
    "in a loop": "def f(xs):\n    for x in xs:\n        x.y = 1\n",
    "in with": "def f():\n    with open('x') as x:\n        x.y = 1\n",
    "exception": "def f():\n    try: pass\n    except E as e:\n        e.x = 1\n",
    "match": "def f(x):\n    match x:\n        case [*rest] as all_:\n            all_.x = rest.x = 1\n",
    "constant": "NAMES = ('a', -1, 'b' + 'c')\ndef f():\n    g(NAMES)\n    NAMES.x()\n",
    "property": (
        "class C:\n    @property\n    def f(self): pass\n    @f.setter\n    def f(self, x): self.x = x\n"
    ),
    "sentinel": "missing = object()\ndef f(x=missing):\n    x.go()\n",
    "sentinel of a blank class": (
        "class Missing:\n    'Not given.'\nMISSING = Missing()\ndef f(x=MISSING):\n    x.go()\n"
    ),
    "typing alias": "Message = Dict[str, int]\ndef f():\n    Message().add(1)\n    m.Message.x()\n",
    "logger": "log = logging.getLogger()\ndef f():\n    log.setLevel(1)\n",
    "class alias": "Other = Thing\ndef f():\n    return Other.make()\n",
    "dataclass": "class C:\n    xs: list = field(factory=list)\n    def f(self): self.xs.append(1)\n",
    "nested": "def f():\n    found = []\n    def visit(x):\n        found.append(x)\n    visit(1)\n",
    "plain decorator": "def wrap(g):\n    def inner(x): g(x)\n    return inner\n@wrap\ndef f(): pass\n",
    "literal": "def f(x):\n    ''.join(x)\n    {}['a'] = (x or y)[0] = 1\n",
}  # fmt: skip  # read in rows


@pytest.mark.parametrize("name", FORGETS)
def test_it_forgets(name: str) -> None:
    assert remembering(FORGETS[name]) == set()


def lasting(source: str, private: tuple[str, ...] = ()) -> set[str]:
    made = shape(source.encode())
    assert made is not None
    return set(memory({"m.py": made}, private).lasting.get("m.py", ()))


REACHES = {
    "call": (
        "@cache\ndef f(): return g()\ndef g(): return h\ndef h(): pass\ndef i(): pass\n",
        {"f", "g", "h"},
    ),
    "method": ("@cache\ndef f(x): return x.g()\nclass C:\n    def g(self): pass\n", {"f", "C.g"}),
    "class": (
        (
            "@cache\ndef f(): return C()\nclass B:\n    def __init__(self): pass\n"
            "class C(B):\n    def __new__(cls): pass\n    def g(self): pass\n"
        ),
        {"f", "B.__init__", "C.__new__"},
    ),
    "operators": (
        "@cache\ndef f(a, b): return a + b\nclass C:\n    def __add__(self, b): pass\n",
        {"f", "C.__add__"},
    ),
    "own class": (
        "class C:\n    def __init__(self): pass\n    @classmethod\n    @cache\n    def f(cls): pass\n",
        {"C.f", "C.__init__"},
    ),
    "circle": ("@cache\ndef f(): return g(h)\ndef g(): return f()\ndef h(): g()\n", {"f", "g", "h"}),
    "by string": ("@cache\ndef f(x): return getattr(x, 'g')()\ndef g(): pass\n", {"f", "g"}),
    "nothing": ("def f(): return g()\ndef g(): pass\nclass C:\n    def __add__(self, b): pass\n", set()),
    "another name": ("from m import g as h\n@cache\ndef f(): return h()\ndef g(): pass\n", {"f", "g"}),
}


@pytest.mark.parametrize("name", REACHES)
def test_it_reaches(name: str) -> None:
    source, expected = REACHES[name]
    assert lasting(source) == expected


def test_what_remembers_in_a_test_file_stays_there() -> None:
    source = "@cache\ndef f(): return g()\ndef g(): pass\n"
    assert lasting(source, ("m.py",)) == set()


@pytest.mark.parametrize(
    ("body", "reached"),
    [
        ("box.add(made())", {"made"}),
        ("box.held = made()", {"made"}),
        ("mine = made()\n    mine.add(1)", set()),
    ],
)
def test_what_a_test_file_leaves_in_a_variable_of_another_one_counts(body: str, reached: set[str]) -> None:
    shapes = {
        "m.py": shape(b"box = Box()\ndef made(): pass\n"),
        "test_m.py": shape(f"from m import box, made\ndef test():\n    {body}\n".encode()),
    }
    found = memory({path: one for path, one in shapes.items() if one is not None}, ("test_m.py",))
    assert set(found.lasting.get("m.py", ())) == reached
