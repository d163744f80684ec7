"""What any program said, by its exit code and its report; and which files it judges one by one."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Literal

import msgspec

from eee_ci import judge, parts, reading
from eee_ci.model import Gate, Noun, Outcome, Ran, Reading
from eee_ci.ports import Inputs, Site
from eee_ci.readers import matcher, sarif, tests

STDOUT = "stdout"
NOT_RUN = 126  # from here on a shell means: not executable, not found, ended by a signal
_ALL = {".", "**", "**/*"}
_CONFIG = re.compile(r"\..*|.*\.(?:toml|cfg|ini|conf|rc|json|ya?ml|config\.[cm]?[jt]s)")


class Options(Noun, frozen=True, kw_only=True):
    """`run` is the program and its words, no shell. `exits` says what each exit code means; without it, 0
    passes and 1 to 125 fail. `report` is what the program writes, in `{scratch}` or on standard output.
    `per_file` promises that it judges each file by that file and config files alone: it gets the files of
    the tree that `paths` name, and not again those that have not changed since they passed. `inputs` promises
    that the whole depends on the files of the tree that these patterns name (`.` for all), beside program,
    words and environment. Without either promise it runs each time."""

    run: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    exits: dict[int, Literal["pass", "findings"]] = {}
    report: matcher.Report | None = None
    per_file: bool = False
    inputs: tuple[str, ...] = ()


def lots(options: Options, files: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The files of one start each. A report in a file, or a count of tests, comes in one piece."""
    report = options.report
    one = not options.per_file or (report and (report.file != "-" or report.format == "junit"))
    return [files] if one else parts.batches(files)


def each(
    options: Options, root: str, outcome: Outcome, files: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Reading, bool]]:
    """Each lot of files, what was said of it, and whether it passed."""
    several = lots(options, files)
    names = (STDOUT,) if len(several) > 1 else tuple(outcome.files)
    for lot, one in zip(several, parts.slices(outcome, names, len(several)), strict=True):
        told = read(one, root, options.exits, options.report)
        yield lot, told, table(options.exits).get(one.steps[-1].exit or 0) == "passed"


def pieces(
    options: Options, root: str, outcome: Outcome, files: tuple[str, ...]
) -> dict[str, Reading] | None:
    """Of a lot that did not pass only the program knows which files are to blame, unless there is but one."""
    found: dict[str, Reading] = {}
    for lot, one, passed in each(options, root, outcome, files) if options.per_file else ():
        split = parts.split(one, {file: {**one.measures, "files": 1.0} for file in lot})
        if split is None or not (passed or len(lot) == 1):
            return None
        found |= split
    return found if options.per_file else None


def read(outcome: Outcome, root: str, exits: Mapping[int, str], report: matcher.Report | None) -> Reading:
    """`exit` is the exit code, and 0 for every code that passes."""
    ran = reading.last(outcome)
    word = reading.exits(ran, table(exits))
    measures = {"exit": float(ran.exit or 0) if word == reading.FOUND else 0.0}
    if report is None:
        return Reading(measures=measures)
    told = _report(report, root, ran, outcome)
    reading.expect(told.errors or told.findings, word, ran)
    return msgspec.structs.replace(told, measures=measures | told.measures)


def divided(options: Options) -> bool:
    """Does it judge file by file, in a way that can be told of each?"""
    return options.per_file and not (options.report and options.report.format == "junit")


def silent(options: Options) -> bool:
    """Does its exit code say all, so that 0 says the same each time?"""
    return not (options.report or options.exits or options.per_file)


def table(exits: Mapping[int, str]) -> dict[int, str]:
    """The word for each exit code."""
    if exits:
        return {code: "passed" if word == "pass" else reading.FOUND for code, word in exits.items()}
    return {0: "passed"} | dict.fromkeys(range(1, NOT_RUN), reading.FOUND)


def _report(report: matcher.Report, root: str, ran: Ran, outcome: Outcome) -> Reading:
    tool = reading.name(ran)
    data = reading.report(outcome, STDOUT if report.file == "-" else report.file)
    what = f"the report of {tool}"
    match report.format:
        case "sarif":
            return sarif.read(data, what, root, tool)
        case "junit":
            return tests.of_any(data, what, root, tool)
        case "json":
            found = matcher.items(data, report, what, tool)
        case "regex":
            found = matcher.lines(data + b"\n" + ran.stderr * (report.file == "-"), report, tool)
    return Reading(findings=reading.finish(root, found, report.unit))


def named(gate: Gate, site: Site) -> tuple[str, ...]:
    """The files of the tree that the gate's `paths` name and its `exclude` does not; without `paths`, all."""
    return tuple(
        file
        for file in sorted(site.files)
        if any(judge.matches(file, pattern) for pattern in gate.paths or (".",))
        and not any(judge.matches(file, pattern) for pattern in gate.exclude)
    )


def configs(site: Site) -> tuple[str, ...]:
    """What looks like somebody's configuration."""
    return tuple(file for file in site.files if _CONFIG.fullmatch(PurePosixPath(file).name))


def promised(options: Options, site: Site) -> Inputs | None:
    """What a program reads, by the promise of the config; None where there is none."""
    if not options.inputs:
        return None
    if _ALL & set(options.inputs):
        return Inputs()
    files = (file for file in site.files if any(judge.matches(file, wish) for wish in options.inputs))
    return Inputs(files=tuple(files))
