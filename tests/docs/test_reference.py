"""The reference pages say what the code says (STYLE 29)."""

from pathlib import Path

import pytest

from assay.agents import docs_reference, reference_words
from assay.agents.cli.main import VerbGroup
from assay.agents.settings import Settings
from assay.agents.topics import TOPICS
from assay.pipeline.core import headers
from assay.pipeline.core.code_words import REQUIREMENTS
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.metrics import METRICS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", sorted(docs_reference.PAGES))
def test_a_page_is_what_the_code_gives(name: str) -> None:
    page = REFERENCE / name
    written = page.read_text(encoding="utf-8") if page.exists() else ""
    assert written == docs_reference.PAGES[name](), f"{name} is not up to date: run make docs"


def test_every_header_has_words() -> None:
    """DESIGN 4: the wire contract lists them all."""
    constants = {
        value
        for name, value in vars(headers).items()
        if name.isupper() and name != "PREFIX" and isinstance(value, str)
    }
    assert {name for name, _where, _what in reference_words.HEADER_WORDS} == constants


def test_pages_name_everything_there_is() -> None:
    """Nothing is left out by the way a page is made."""
    settings, topics, codes, metrics, commands = (
        docs_reference.PAGES[f"{name}.md"]() for name in ("settings", "topics", "codes", "metrics", "cli")
    )
    assert all(f"`ASSAY_{name.upper()}`" in settings for name in Settings.model_fields)
    assert all(f"`{role.value}`" in topics for role in TOPICS)
    assert all(f"`{code.value}`" in codes for code in IssueCode)
    assert all(f"`{metric.name}`" in metrics for metric in METRICS)
    assert all(f"## `assay {verb}`" in commands for verb in VerbGroup.verbs)


def test_a_secret_has_no_default_on_the_page() -> None:
    (line,) = [line for line in docs_reference.settings_page().splitlines() if "ASSAY_SASL_PASSWORD" in line]
    assert "secret" in line
    assert "*" not in line


def test_the_writer_writes_every_page(tmp_path: Path) -> None:
    docs_reference.main(tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(docs_reference.PAGES)


def test_levels_and_detectors_of_the_runbook_are_all_asked_for_by_some_code() -> None:
    """S0-6 … S0-41: every issue type of the four levels, and every validator, has a code."""
    levels = {6, 15, 23, 30}
    words = {36}  # the detector itself
    wanted = {f"S0-{number}" for number in range(6, 42)} - {f"S0-{number}" for number in levels | words}
    asked = {name for names in REQUIREMENTS.values() for name in names}
    assert wanted <= asked, sorted(wanted - asked)
    assert set(REQUIREMENTS) == set(IssueCode)
