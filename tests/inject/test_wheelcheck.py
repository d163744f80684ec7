"""What is in a wheel is seen as it is: its files, its contradictions, and whether it can be imported."""

import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from eee_ci.inject import wheelcheck

METADATA = "Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n"
INFO = "shop-1.0.dist-info"


def digest(content: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()


def wheel(dist: Path, files: dict[str, str], record: str | None = None) -> Path:
    """A wheel with these files, and with the metadata that belongs to it."""
    held = {f"{INFO}/METADATA": METADATA, f"{INFO}/WHEEL": "Tag: py3-none-any\n"} | files
    rows = "".join(f"{name},sha256={digest(content)},\n" for name, content in held.items())
    dist.mkdir(exist_ok=True)
    path = dist / "shop-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)
        archive.writestr(f"{INFO}/RECORD", f"{rows}{INFO}/RECORD,,\n" if record is None else record)
    return path


def sdist(dist: Path, files: dict[str, str]) -> None:
    with tarfile.open(dist / "shop-1.0.tar.gz", "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))


def seen(tmp_path: Path, files: dict[str, str], record: str | None = None) -> dict[str, Any]:
    wheel(tmp_path / "dist", files, record)
    wheelcheck.main(str(tmp_path / "dist"), str(tmp_path / "wheel"), str(tmp_path / "report.json"))
    report: dict[str, Any] = json.loads((tmp_path / "report.json").read_bytes())
    return report


def imports(tmp_path: Path, files: dict[str, str]) -> dict[str, Any]:
    result: dict[str, Any] = seen(tmp_path, files)["wheel"]["imports"]
    return result


def test_a_whole_wheel_and_sdist_are_written_down(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    sdist(tmp_path / "dist", {"shop-1.0/PKG-INFO": METADATA, "shop-1.0/pyproject.toml": ""})
    report = seen(tmp_path, {"shop/__init__.py": "print('hello')"})
    assert report["sdist"]["metadata"] == report["wheel"]["metadata"] == METADATA
    assert report["sdist"]["files"] == ["shop-1.0/PKG-INFO", "shop-1.0/pyproject.toml"]
    assert report["wheel"]["record"] == []
    assert report["wheel"]["imports"] == {"shop": {"strays": []}}
    assert list(report["wheels"]) == ["shop-1.0-py3-none-any.whl"]


def test_an_empty_dist_and_an_sdist_without_metadata_are_written_down_too(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    words = (str(tmp_path / "dist"), str(tmp_path / "wheel"), str(tmp_path / "report.json"))
    wheelcheck.main(*words)
    assert json.loads((tmp_path / "report.json").read_bytes()) == {"wheels": {}, "sdists": {}}
    sdist(tmp_path / "dist", {})
    wheelcheck.main(*words)
    assert json.loads((tmp_path / "report.json").read_bytes())["sdist"]["metadata"] is None


def test_namespaces_data_folders_and_single_modules_are_imported_and_tests_are_not(tmp_path: Path) -> None:
    files = {
        "single.py": "",
        "space/inner/real/__init__.py": "",
        "space/readme.txt": "",
        "no-package/x.py": "",
        "tests/test_x.py": "1/0",
        "setup.py": "1/0",
        "shop-1.0.data/purelib/moved.py": "",
    }
    assert imports(tmp_path, files) == {
        name: {"strays": []} for name in ("moved", "single", "space.inner.real")
    }


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import no_such_module", "No module named 'no_such_module'"),
        ("raise SystemExit", "the import ended the interpreter"),
        ("import os; os._exit(3)", "the import ended with exit 3"),
        ("from shop import lost", "cannot import name 'lost'"),
    ],
)
def test_an_import_that_fails_says_how(code: str, said: str, tmp_path: Path) -> None:
    assert said in imports(tmp_path, {"shop/__init__.py": code})["shop"]["error"]


def test_an_import_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: Any, timeout: float, **__: Any) -> None:
        raise subprocess.TimeoutExpired("python", timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    assert "did not end within" in imports(tmp_path, {"shop.py": ""})["shop"]["error"]


def test_a_module_from_another_copy_of_the_project_is_a_stray(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "shop_extra.py").write_text("", encoding="utf-8")
    site = tmp_path / "site"
    info = site / "shop-0.9.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(METADATA, encoding="utf-8")
    (info / "RECORD").write_text("shop_old.py,,\n", encoding="utf-8")
    (info / "direct_url.json").write_text(
        json.dumps({"url": source.as_uri(), "dir_info": {"editable": True}}), encoding="utf-8"
    )
    (site / "shop_old.py").write_text("", encoding="utf-8")
    target = tmp_path / "target"
    target.mkdir()
    (target / "shop.py").write_text(
        f"import sys; sys.path += [{str(source)!r}, {str(site)!r}]\nimport shop_extra, shop_old\n",
        encoding="utf-8",
    )
    strays = wheelcheck.probe([str(target)], "shop", "shop")["strays"]
    assert strays == [["shop_extra", str(source / "shop_extra.py")], ["shop_old", str(site / "shop_old.py")]]


def test_record_and_content_that_differ_are_told_apart(tmp_path: Path) -> None:
    rows = (
        f"{INFO}/METADATA,sha256={digest(METADATA)},\n{INFO}/WHEEL,sha256=AAAA,\ngone.py,,\nodd.py,odd=A,\n"
    )
    report = seen(tmp_path, {"shop.py": "", "odd.py": ""}, rows)
    assert report["wheel"]["record"] == [
        "RECORD does not list shop.py",
        "RECORD lists gone.py, which is not there",
        "odd.py has another hash than RECORD says",
        f"{INFO}/WHEEL has another hash than RECORD says",
    ]


def test_a_wheel_without_a_dist_info_is_written_down(tmp_path: Path) -> None:
    path = tmp_path / "x.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("shop.py", "")
    report = wheelcheck.look_at_wheel(str(path), str(tmp_path / "wheel"))
    assert report["metadata"] is None
    assert report["record"] == ["RECORD does not list shop.py"]


def test_a_wheel_that_unpacks_to_gigabytes_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = wheel(tmp_path / "dist", {"shop.py": "x" * 100})
    monkeypatch.setattr(wheelcheck, "LARGEST", 99)
    with pytest.raises(SystemExit, match="unpacks to over"):
        wheelcheck.look_at_wheel(str(path), str(tmp_path / "wheel"))
    assert not (tmp_path / "wheel").exists()


def test_a_name_that_leads_out_of_the_folder_stays_inside(tmp_path: Path) -> None:
    seen(tmp_path, {"../../outside.py": "", "shop.py": ""})
    assert not (tmp_path / "outside.py").exists()
    assert not (tmp_path.parent / "outside.py").exists()


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    wheel(tmp_path / "dist", {"shop.py": ""})
    argv = (sys.executable, wheelcheck.__file__, "dist", "wheel", "report.json")
    subprocess.run(argv, cwd=tmp_path, check=True)
    assert json.loads((tmp_path / "report.json").read_bytes())["wheel"]["imports"] == {"shop": {"strays": []}}


def test_the_environment_lends_an_import_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lent.py").write_text("", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "No module named 'lent'" in imports(tmp_path, {"shop.py": "import lent"})["shop"]["error"]
