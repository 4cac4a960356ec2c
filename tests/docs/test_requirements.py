"""The page of requirements says which test holds what, and hides nothing that is open (STYLE 29)."""

import pytest

from ..requirements_cited import PAGE, Citation, cited, page, todays_page

SOURCE = '''"""All of it (S0-53)."""

class TestIt:
    """S0-54, D-07."""

    def test_more(self):
        """S0-55 … S0-57, S0-60 … 61."""

async def test_that():
    """Nothing is cited here, S0 is not an id, XS0-99 neither."""
'''
WORDS = {
    "groups": [{"title": "One", "requirements": {1: "First.", 2: "Second.", 3: "Third.", 4: "Fourth."}}],
    "answered": {3: "By words."},
}


def test_the_page_is_what_the_tests_give() -> None:
    written = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    assert written == todays_page(), "requirements.md is not up to date: run make docs"


def test_every_requirement_of_the_loop_is_on_it() -> None:
    """From the report of an invalid trace to the drills, each once. (Ids here would hold them all.)"""
    text = todays_page()
    for number in range(53, 207):
        assert text.count(f"\n| S0-{number} | ") == 1


def test_ids_and_ranges_are_found_in_docstrings_of_all_kinds() -> None:
    found = {(each.name, each.family, each.number) for each in cited(SOURCE, "tests/test_it.py")}
    assert found == {
        ("", "S0", 53),
        ("TestIt", "S0", 54),
        ("TestIt", "D", 7),
        *(("test_more", "S0", number) for number in (55, 56, 57, 60, 61)),
    }


def test_what_no_test_cites_is_open() -> None:
    text = page(WORDS, [Citation(1, "tests/test_it.py", "test_that", "S0", 1)])
    assert "| S0-1 | First. | `tests/test_it.py::test_that` |" in text
    assert "| S0-2 | Second. | **open** |" in text
    assert "| S0-3 | Third. | By words. |" in text
    assert "**Open:** S0-2, S0-4." in text
    assert "Of 4, 1 are held by tests, 1 are answered otherwise, 2 are open." in text


def test_a_defect_of_the_same_number_holds_no_requirement() -> None:
    assert "**Open:** S0-1 … S0-2, S0-4." in page(WORDS, [Citation(1, "tests/test_it.py", "", "D", 1)])


def test_the_tests_that_say_most_of_it_are_named_and_the_others_counted() -> None:
    """One that cites twenty requirements says little of each."""
    tests = [Citation(number, "tests/test_it.py", f"test_{number}", "S0", 1) for number in (20, 1, 2, 5)]
    text = page(WORDS, sorted(tests))
    named = "<br>".join(f"`tests/test_it.py::test_{number}`" for number in (1, 2, 5))
    assert f"| {named} and 1 more |" in text


def test_an_answer_to_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"\[9\]"):
        page({**WORDS, "answered": {9: "By words."}}, [])
