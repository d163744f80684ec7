"""Pieces of Python, each with another way from line to line."""

import textwrap

LONG = "".join(f"    x{n} = {n}.5 if n else 'x{n}'\n" for n in range(300))

CONSTRUCTS: dict[str, str] = {
    name: textwrap.dedent(source)
    for name, source in {
        "empty": "",
        "module": """
            import os
            x = 1; y = 2
            if os.name == "nothing":
                x = 3
            elif x:
                y = [
                    1,
                    2,
                ]
            else:
                y = 0
            """,
        "functions": """
            def f(a,
                  b=1):
                '''A docstring.'''
                return (a +
                        b)
            @staticmethod
            def g():
                pass
            h = lambda x: (
                x + 1
            )
            f(1)
            h(2)
            """,
        "classes": """
            def deco(c):
                return c
            @deco
            class C:
                a: int = 1
                def m(self):
                    return self.a
                class D:
                    pass
            C().m()
            """,
        "loops": """
            def f(n):
                for i in range(n):
                    if i == 1:
                        continue
                    if i == 3:
                        break
                else:
                    n = 0
                while n:
                    n -= 1
                while True:
                    n += 1
                    if n > 2:
                        break
                for i in (): pass
                return [i for i in range(3) if i
                        and True]
            f(2); f(5); f(0)
            """,
        "tight": """
            def f(n):
                for i in range(n): x = i
                while n: n -= 1
                for i in range(2):
                    pass
                while n < 2: n += (
                    1)
            f(3)
            """,
        "conditions": """
            def f(a, b, c=None):
                if a and b or not a:
                    x = 1
                if (a
                        and b):
                    return 1
                x = 1 if a else 2
                if c is None: return x
                if c is not None:
                    return None
                assert x, "no"
            f(1, 0); f(0, 1); f(1, 1); f(1, 0, 3)
            """,
        "exceptions": """
            def raiser(kind):
                raise kind("x")
            def f(kind):
                try:
                    try:
                        if kind: raiser(kind)
                        x = 1
                    except KeyError as error:
                        x = error
                    except (ValueError,
                            TypeError):
                        raise
                    else:
                        x = 2
                    finally:
                        y = 3
                except ValueError:
                    return 4
                return x
            for kind in (None, KeyError, ValueError, TypeError, OSError):
                try:
                    f(kind)
                except Exception:
                    pass
            """,
        "finally": """
            def f(n):
                for i in range(n):
                    try:
                        if i == 1:
                            continue
                        if i == 2:
                            return i
                    finally:
                        n -= 1
                try:
                    return n
                finally:
                    n = 0
            def g():
                while True:
                    try:
                        return 1
                    finally:
                        break
            f(1); f(3); f(5); g()
            """,
        "left": """
            def f(x):
                if x:
                    x()
            def g():
                1 / 0
            def h(x):
                g() if x else 1
            for one in (f, h):
                try:
                    one(g)
                except ZeroDivisionError:
                    one(None)
            """,
        "with": """
            import contextlib
            @contextlib.contextmanager
            def m(quiet=False):
                try:
                    yield 1
                except KeyError:
                    if not quiet:
                        raise
            def f(kind, quiet=True):
                with m(quiet) as a, m():
                    if kind:
                        raise kind
                with m():
                    return 1
            def g():
                with m(True):
                    with contextlib.suppress(KeyError):
                        raise KeyError
                    with m(): raise KeyError
                return 2
            def h():
                with (m(True) as a,
                      m() as b):
                    for i in range(2):
                        with m():
                            continue
                    raise KeyError
            def i():
                with m(), m(): raise ValueError
            f(None); f(KeyError); g(); h()
            with contextlib.suppress(ValueError):
                i()
            for kind in (ValueError, KeyError):
                try:
                    f(kind, False)
                except Exception: pass
            """,
        "generators": """
            def g(n):
                for i in range(n):
                    x = yield i
                    if x: return x
            def h():
                r = yield from g(2)
                yield (
                    r)
            def quiet():
                try:
                    yield 1
                except ValueError:
                    yield 2
                finally:
                    x = 3
            def plain():
                yield 1
            def handling():
                try:
                    raise KeyError
                except KeyError:
                    yield 1
            def managed():
                import contextlib
                with contextlib.nullcontext():
                    yield 1
            list(h()); next(g(1)); [*(x for x in g(3)
                                     if x)]
            for made in (g(2), h(), quiet(), plain(), handling(), managed()):
                next(made)
                try:
                    made.throw(ValueError("x"))
                except ValueError:
                    pass
                made.close()
            for made in (quiet(), plain(), h(), managed()):
                next(made)
                made.close()
            plain().close()
            it = h(); next(it)
            try:
                it.throw(StopIteration(3))
            except RuntimeError:
                pass
            """,
        "coroutines": """
            import asyncio
            class M:
                def __init__(self, quiet=False):
                    self.quiet = quiet
                async def __aenter__(self):
                    return self
                async def __aexit__(self, *_):
                    await asyncio.sleep(0)
                    return self.quiet
            async def gen(n):
                for i in range(n):
                    yield i
                    await asyncio.sleep(0)
            async def f(kind):
                async with M(True) as a, M() as b:
                    if kind: raise kind
                async with M():
                    return await g()
            async def g():
                x = [i async for i in gen(2)
                     if i]
                async for i in gen(3):
                    if i:
                        break
                else:
                    x = 1
                async for i in gen(1): pass
                return x
            async def stopped():
                try:
                    await asyncio.sleep(10)
                except asyncio.CancelledError:
                    x = 1
                    raise
                finally:
                    y = 2
            async def main():
                await f(None)
                await f(KeyError)
                task = asyncio.ensure_future(stopped())
                await asyncio.sleep(0)
                task.cancel()
                try:
                    await task
                except asyncio.CancelledError:
                    pass
            asyncio.run(main())
            """,
        "match": """
            def f(x):
                match x:
                    case 1:
                        return "one"
                    case [a, *_] if a:
                        return a
                    case {"k": v}:
                        x = v
                    case str() | None:
                        pass
                    case _:
                        x = 0
                return x
            for x in (1, [2], [0], {"k": 3}, "s", None, 5):
                f(x)
            """,
        "closures": """
            def f(a):
                b = 1
                def g():
                    nonlocal b
                    b += a
                    return b
                g()
                return lambda: (a,
                                b)
            f(1)()
            """,
        "raised again": """
            def f():
                try:
                    raise KeyError
                except KeyError as e:
                    try:
                        raise ValueError from e
                    except ValueError:
                        raise
            def g():
                try: f()
                except ValueError: pass
                try:
                    f()
                except KeyError:
                    pass
            try:
                g()
            except ValueError:
                pass
            """,
        "recursion": """
            def f(n):
                if n:
                    return f(n - 1)
                raise KeyError
            try:
                f(5)
            except KeyError:
                pass
            """,
        **{
            f"{count} constants": f"""
                def f(x):
                    try:
                        with x as y:
                            y = [{", ".join(f"{n}.5, y" for n in range(count))}]
                            raise KeyError
                    finally:
                        with x as y: raise ValueError
                import contextlib
                with contextlib.suppress(ValueError):
                    f(contextlib.nullcontext())
                """
            for count in range(249, 256)
        },
        "long": f"""
            def f(n):
                for i in range(n):
                    if i == 7:
                        break
                    try:
                        x = 1
{textwrap.indent(LONG, " " * 20)}
                        if x1 == n: raise KeyError
                        if n == 2: continue
                    except KeyError:
                        return x
                    while x1 and x:
                        x -= 1
                return n
            f(1); f(2); f('x1' and 9)
            """,
    }.items()
}
