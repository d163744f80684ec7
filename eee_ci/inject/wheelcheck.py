"""Unpacks a built wheel into a scratch folder, imports what it holds, and writes down what it saw as JSON.

    python wheelcheck.py DIST TARGET REPORT

Runs in the judged project's interpreter, so that the wheel's dependencies are there. Standard library only,
Python 3.8. It judges nothing: whoever reads the report does.
"""

from __future__ import annotations

import base64
import csv
import glob
import hashlib
import io
import json
import os
import subprocess  # nosec B404 - the one import of each module is to run alone
import sys
import tarfile
import tempfile
import zipfile

LARGEST = 2 << 30  # bytes unpacked: a wheel beyond that is a mistake
LONGEST = 1 << 20  # characters of one metadata file
LONGEST_ERROR = 4000
SECONDS = 120  # for one import
MOST_IMPORTS = 50
NO_LIBRARIES = ("tests", "test", "docs", "examples", "benchmarks", "scripts", "conftest", "setup", "noxfile")

# What an import process runs: the wheel's files come first, finders of editable installs last. It prints
# which modules came from another copy of the same project: the wheel lacks those.
PROBE = """
import importlib, json, os, sys
roots, name, distribution = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]
sys.meta_path.sort(key=lambda finder: finder.__class__ is not type)
sys.path[:0] = roots
importlib.import_module(name)
from importlib import metadata
from urllib.parse import unquote, urlsplit
inside = lambda file, folder: file.startswith(os.path.join(os.path.realpath(folder), ""))
copy, files = None, set()
try:
    installed = metadata.distribution(distribution)
except metadata.PackageNotFoundError:
    pass
else:
    files = {os.path.realpath(str(installed.locate_file(file))) for file in installed.files or ()}
    link = json.loads(installed.read_text("direct_url.json") or "{}")
    copy = unquote(urlsplit(link["url"]).path) if link.get("dir_info", {}).get("editable") else None
strays = []
for found, loaded in sorted(sys.modules.items()):
    file = os.path.realpath(getattr(loaded, "__file__", None) or os.devnull)
    edited = copy and inside(file, copy) and not inside(file, sys.prefix)
    if (edited or file in files) and not any(inside(file, root) for root in roots):
        strays.append([found, file])
print("\\n" + json.dumps(strays))
"""


def main(dist: str, target: str, report: str) -> None:
    """All that there is to know of the built files."""
    wheels = sorted(glob.glob(os.path.join(dist, "*.whl")))
    sdists = sorted(glob.glob(os.path.join(dist, "*.tar.gz")))
    seen: dict[str, object] = {
        "wheels": {os.path.basename(path): os.path.getsize(path) for path in wheels},
        "sdists": {os.path.basename(path): os.path.getsize(path) for path in sdists},
    }
    if wheels:
        seen["wheel"] = look_at_wheel(wheels[0], os.path.abspath(target))
    if sdists:
        seen["sdist"] = look_at_sdist(sdists[0])
    with open(report, "w", encoding="utf-8") as stream:
        json.dump(seen, stream)


def look_at_sdist(path: str) -> dict[str, object]:
    """Its names and its PKG-INFO; nothing is unpacked."""
    with tarfile.open(path) as archive:
        names = archive.getnames()
        top = names[0].split("/")[0] if names else ""
        held = archive.extractfile(f"{top}/PKG-INFO") if f"{top}/PKG-INFO" in names else None
        text = held.read(LONGEST).decode("utf-8", "replace") if held else None
    return {"files": names, "top": top, "metadata": text}


def look_at_wheel(path: str, target: str) -> dict[str, object]:
    """Its names, its metadata, what RECORD and the content disagree in, and how each import went."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if sum(info.file_size for info in archive.infolist()) > LARGEST:
            sys.exit(f"{os.path.basename(path)} unpacks to over {LARGEST >> 30} GiB")
        info = next((name.split("/")[0] for name in names if name.split("/")[0].endswith(".dist-info")), "")
        texts = {name: read_text(archive, f"{info}/{name}") for name in ("METADATA", "WHEEL", "RECORD")}
        wrong = compare(archive, texts["RECORD"] or "", info)
        archive.extractall(target)  # noqa: S202  # nosec B202 - a zip file; every name is kept below the target
    roots = [target, *glob.glob(os.path.join(target, "*.data", "p*lib"))]
    distribution = info.split("-")[0]
    modules = sorted({module for root in roots for module in importable(root)})
    return {
        "files": names,
        "metadata": texts["METADATA"],
        "wheel": texts["WHEEL"],
        "record": wrong,
        "imports": {name: probe(roots, name, distribution) for name in modules[:MOST_IMPORTS]},
        "python": [sys.version_info[0], sys.version_info[1]],
    }


def read_text(archive: zipfile.ZipFile, name: str) -> str | None:
    """A text file of the wheel; None when it is not there."""
    try:
        with archive.open(name) as stream:
            return stream.read(LONGEST).decode("utf-8", "replace")
    except KeyError:
        return None


def compare(archive: zipfile.ZipFile, record: str, info: str) -> list[str]:
    """Sentences on files that RECORD leaves out, invents, or has another hash for."""
    rows = {row[0]: row[1] for row in csv.reader(io.StringIO(record)) if len(row) > 1}
    files = {name for name in archive.namelist() if not name.endswith("/")}
    unsigned = {f"{info}/{name}" for name in ("RECORD", "RECORD.jws", "RECORD.p7s")}
    wrong = [f"RECORD does not list {name}" for name in sorted(files - set(rows) - unsigned)]
    wrong += [f"RECORD lists {name}, which is not there" for name in sorted(set(rows) - files)]
    for name in sorted(files & set(rows) - unsigned):
        algorithm, _, wanted = rows[name].partition("=")
        made = (
            hashlib.new(algorithm, archive.read(name)) if algorithm in hashlib.algorithms_guaranteed else None
        )
        if made is None or base64.urlsafe_b64encode(made.digest()).rstrip(b"=").decode() != wanted:
            wrong.append(f"{name} has another hash than RECORD says")
    return wrong


def importable(root: str, package: str = "") -> list[str]:
    """The modules to import: top-level ones, and inside of namespace packages the first real ones."""
    found = []
    for entry in sorted(os.scandir(root), key=lambda entry: entry.name):
        name = entry.name.split(".")[0]
        if not package and name in NO_LIBRARIES:
            continue
        dotted = f"{package}.{name}" if package else name
        if entry.is_dir():
            if not entry.name.isidentifier() or entry.name == "__pycache__":
                continue
            real = glob.glob(os.path.join(glob.escape(entry.path), "__init__.*"))
            found += [dotted] if real else importable(entry.path, dotted)
        elif name.isidentifier() and entry.name.endswith((".py", ".so")):
            found.append(dotted)
    return found


def probe(roots: list[str], name: str, distribution: str) -> dict[str, object]:
    """How one import went, in a process of its own and an empty folder, deaf to the environment."""
    argv = [sys.executable, "-I", "-B", "-c", PROBE, json.dumps(roots), name, distribution]
    with tempfile.TemporaryDirectory() as empty:
        try:
            ended = subprocess.run(  # nosec B603 - our own words, no shell
                argv, cwd=empty, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return {"error": f"the import did not end within {SECONDS} seconds"}
    errors = ended.stderr.decode("utf-8", "replace")[-LONGEST_ERROR:]
    if ended.returncode:
        return {"error": errors or f"the import ended with exit {ended.returncode}"}
    try:
        return {"strays": json.loads(ended.stdout.decode("utf-8", "replace").splitlines()[-1])}
    except (ValueError, IndexError):
        return {"error": "the import ended the interpreter"}


if __name__ == "__main__":
    main(*sys.argv[1:4])
