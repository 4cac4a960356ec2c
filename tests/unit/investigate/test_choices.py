"""Words as options: what `--help` shows is what may be typed, in any case."""

from collections.abc import Iterator
from enum import Enum, StrEnum

import click
import pytest
from click.testing import CliRunner

from assay.agents.cli.choices import WordChoice
from assay.agents.cli.main import cli
from assay.pipeline.core.issue import Severity


def choices(command: click.Command, path: str) -> Iterator[tuple[str, click.Choice[object]]]:
    """Every option and argument of the whole command line that is one of a few."""
    for parameter in command.params:
        if isinstance(parameter.type, click.Choice):
            yield f"{path} {parameter.name}", parameter.type
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from choices(below, f"{path} {name}")


ALL = dict(choices(cli, "assay"))
OF_WORDS = {name: choice for name, choice in ALL.items() if isinstance(choice.choices[0], Enum)}


@pytest.mark.parametrize("name", sorted(OF_WORDS))
def test_a_word_is_typed_as_it_stands_on_the_wire_in_any_case(name: str) -> None:
    """S0-95: `--severity=critical`, not the name that the member has in the code."""
    choice = OF_WORDS[name]
    for member in choice.choices:
        assert isinstance(member, Enum)
        assert choice.convert(member.value, None, None) is member
        assert choice.convert(str(member.value).upper(), None, None) is member
        assert choice.convert(member, None, None) is member


@pytest.mark.parametrize("name", sorted(ALL))
def test_no_option_offers_a_name_that_only_the_code_has(name: str) -> None:
    choice = ALL[name]
    shown = [*choice._normalized_mapping().values()]
    assert shown == [each.value if isinstance(each, Enum) else each for each in choice.choices]


def test_the_walk_finds_the_options_that_there_are() -> None:
    """A test that walks must not pass because it found nothing."""
    assert {"assay replay plan severity", "assay issues list status", "assay quarantine list severity"} <= {
        *OF_WORDS
    }


def test_a_wrong_word_is_answered_with_the_right_ones() -> None:
    @click.command()
    @click.option("--severity", type=WordChoice(Severity))
    def command(severity: Severity | None) -> None:
        click.echo(type(severity).__name__)

    wrong = CliRunner().invoke(command, ["--severity", "CRITICAL-ISH"])
    assert wrong.exit_code == 2
    assert "'critical', 'high', 'medium', 'low'" in wrong.output
    assert CliRunner().invoke(command, ["--severity", "Critical"]).output == "Severity\n"
    assert CliRunner().invoke(command, []).output == "NoneType\n"


def test_the_name_that_a_member_has_in_the_code_is_not_asked_for() -> None:
    class Place(StrEnum):
        HERE = "at-home"

    choice = WordChoice(Place)
    assert choice.convert("At-Home", None, None) is Place.HERE
    with pytest.raises(click.BadParameter, match="at-home"):
        choice.convert("here", None, None)
