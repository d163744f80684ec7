"""Names are judged as every usual file system would take them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eee_ci.workspace import names


@pytest.mark.parametrize(
    "name", [".gitignore", ".gitattributes", ".github", "git", ".git-x", "git~", "x.git"]
)
def test_names_that_only_look_like_git_s_folder_are_fine(name: str) -> None:
    assert names.trouble(f"a/{name}/b") is None


@given(
    st.text(alphabet=st.sampled_from("\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\ufeff"), max_size=4)
)
def test_invisible_letters_do_not_make_another_name(sign: str) -> None:
    assert names.gitlike(f".gi{sign}T")
    assert names.gitlike(f"{sign}.git. {sign}")


@given(st.text(min_size=1))
def test_a_name_in_trouble_is_told_and_never_an_exception(name: str) -> None:
    assert names.trouble(name) is None or names.trouble(name)


@pytest.mark.parametrize(
    ("one", "other"), [("A.py", "a.PY"), ("\u00e9", "e\u0301"), ("\u00c9", "e\u0301"), ("ß", "SS")]
)
def test_twins_are_folded_into_one(one: str, other: str) -> None:
    assert names.folded(one) == names.folded(other)
