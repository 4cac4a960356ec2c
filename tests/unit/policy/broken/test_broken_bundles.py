"""What is wrong with a bundle is named with its file, line, place and remedy, all of it at once (D-21)."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

from assay.agents.cli.policy_lint import lint

Change = Callable[[str, str | None, str | bytes | None], None]
RunLint = Callable[..., Result]

ORDER = "schemas/order/subject.yaml"
SCHEMA = "schemas/order/2.0.0.json"
BINDINGS = "policies/bindings.yaml"
LIMITS = "policies/limits.yaml"
CODES = "policies/classification.yaml"
TEAMS = "policies/teams.yaml"
RULE = "remediation_rules/fill.yaml"


class Fault(NamedTuple):
    """The smallest change to a good bundle that breaks it, and what must be said of it."""

    path: str
    old: str | None
    new: str | bytes | None
    where: str
    why: str
    remedy: str


def fan_out(levels: int) -> str:
    definitions = ", ".join(
        f'"{n}": {{"allOf": [{{"$ref": "#/$defs/{n + 1}"}}, {{"$ref": "#/$defs/{n + 1}"}}]}}'
        for n in range(levels)
    )
    return f'{{"$ref": "#/$defs/0", "$defs": {{{definitions}, "{levels}": true}}}}'


def chain(length: int) -> str:
    definitions = ", ".join(f'"{n}": {{"$ref": "#/$defs/{n + 1}"}}' for n in range(length))
    return f'{{"$ref": "#/$defs/0", "$defs": {{{definitions}, "{length}": true}}}}'


BROKEN = {
    # files
    "an unknown file": Fault(
        "policies/surprise.yaml", None, "a: 1\n", "policies/surprise.yaml:1", "not a file", "Remove or rename"
    ),
    "a file in a folder too deep": Fault(
        "policies/eu/limits.yaml", None, "", "policies/eu/limits.yaml", "no place", "Move it"
    ),
    "a missing file": Fault(BINDINGS, None, None, BINDINGS, "is missing", "Say which topics"),
    "YAML with a wrong indentation": Fault(
        LIMITS, "max_issues", " max_issues", f"{LIMITS}:2", "not YAML", "Correct the indentation"
    ),
    "a key twice in YAML": Fault(
        LIMITS, "max_issues: 50", "max_depth: 32", f"{LIMITS}:2", "'max_depth' stands twice", "Keep one"
    ),
    "an alias": Fault(
        BINDINGS, "[event]", "&e [event]\nx: *e", f"{BINDINGS}:11", "an alias", "Write the value out"
    ),
    "a tag": Fault(
        LIMITS, "32", "!!set {a}", f"{LIMITS}:1: max_depth", "a set is not a JSON value", "quotes"
    ),
    "a number that is not finite": Fault(
        LIMITS, "32", ".inf", f"{LIMITS}:1: max_depth", "not finite", "finite"
    ),
    "a key that is no text": Fault(TEAMS, "schema:", "1:", f"{TEAMS}:2", "a key is not text", "quotes"),
    "a file that is not UTF-8": Fault(
        TEAMS, None, b"teams: {}\n# \xe9\n", f"{TEAMS}:2", "not UTF-8", "Save the file as UTF-8"
    ),
    "YAML nested without end": Fault(LIMITS, "32", "[" * 5000, f"{LIMITS}:1", "nested too deep", "Flatten"),
    "a file that is too large": Fault(
        LIMITS, None, "#" * 300_000, LIMITS, "more than 256000 bytes", "Make it smaller"
    ),
    "JSON with a comma too many": Fault(
        SCHEMA, '"^20"', '"^20",', f"{SCHEMA}:13", "not JSON", "no comma at the end"
    ),
    "a key twice in JSON": Fault(
        SCHEMA, '"format"', '"type"', f"{SCHEMA}:11", "'type' stands twice", "Keep one"
    ),
    "NaN": Fault(SCHEMA, '"^20"', "NaN", f"{SCHEMA}:12", "NaN is not JSON", "finite"),
    "a rule that is no YAML": Fault(
        RULE, "name: fill", "name: [fill", f"{RULE}:2", "not YAML", "Correct the"
    ),
    # subjects
    "a subject with another name than its folder": Fault(
        ORDER,
        "subject: order",
        "subject: orders",
        f"{ORDER}:2: subject",
        "not the name of its folder",
        "Write order",
    ),
    "an unknown key": Fault(
        ORDER, "current:", "currant: 1\ncurrent:", f"{ORDER}:4: currant", "not a key", "Use one of"
    ),
    "a current version that is not there": Fault(
        ORDER, "current: 2.0.0", "current: 3.0.0", f"{ORDER}:4: current", "no 3.0.0.json", "Add the schema"
    ),
    "a pointer that is none": Fault(
        ORDER, "/tenant", "tenant", f"{ORDER}:8: pointers.tenant", "not a JSON Pointer", "/member"
    ),
    "a trace type of two subjects": Fault(
        ORDER,
        "order_line",
        "click",
        f"{ORDER}:3: trace_types",
        "means subject event already",
        "one of the two",
    ),
    "an Avro schema that contains itself": Fault(
        "schemas/order/2.0.0.avsc",
        '"string"',
        '["null", "Order"]',
        f"{ORDER}:12: avro[0].file",
        "contains itself",
        "Correct the Avro schema",
    ),
    "an Avro id twice": Fault(
        "schemas/event/subject.yaml",
        "current: 1.0.0",
        "current: 1.0.0\navro: [{id: 7, version: 1.0.0, file: a.avsc}]",
        "schemas/event/subject.yaml:4: avro[0].file",
        "no a.avsc",
        "Add the file",
    ),
    # schemas
    "an unknown type": Fault(
        SCHEMA,
        '"type": "object"',
        '"type": "objet"',
        f"{SCHEMA}:2: /type",
        "breaks the rule",
        "Use array, boolean",
    ),
    "required that is no list": Fault(
        SCHEMA, '["id"]', '"id"', f"{SCHEMA}:3: /required", "breaks the rule 'type'", "list of names"
    ),
    "an unknown format": Fault(
        SCHEMA, '"date"', '"day"', f"{SCHEMA}:11: /properties/day/format", "Unknown format", "date-time"
    ),
    "a pattern that RE2 refuses": Fault(
        SCHEMA,
        '"^20"',
        '"^(?=20)"',
        f"{SCHEMA}:12: /properties/day/pattern",
        "RE2 refuses",
        "without look-around",
    ),
    "a pattern of property names that RE2 refuses": Fault(
        SCHEMA,
        '"required": ["id"],',
        '"patternProperties": {\n"(a)\\\\1": true},',
        f"{SCHEMA}:4: /patternProperties/(a)\\1",
        "RE2 refuses",
        "without look-around",
    ),
    "a reference outside of the file": Fault(
        SCHEMA,
        "#/$defs/id",
        "https://example.org/id.json",
        f"{SCHEMA}:5: /properties/id/$ref",
        "leaves the file",
        "$defs",
    ),
    "a reference to nothing": Fault(
        SCHEMA,
        "#/$defs/id",
        "#/$defs/ib",
        f"{SCHEMA}:5: /properties/id/$ref",
        "no schema at #/$defs/ib",
        "Add it under $defs",
    ),
    "a schema that contains itself": Fault(
        SCHEMA, "#/$defs/id", "#", f"{SCHEMA}:5: /properties/id/$ref", "back to itself", "how deep"
    ),
    "references that explode": Fault(
        SCHEMA, None, fan_out(30), f"{SCHEMA}:1", "references expand to", "fewer places"
    ),
    "a chain of references without end": Fault(
        SCHEMA, None, chain(3000), f"{SCHEMA}:1: /$defs/128", "nested deeper", "shorter"
    ),
    "another dialect": Fault(
        SCHEMA,
        '"type": "object"',
        '"$schema": "http://json-schema.org/draft-07/schema#"',
        f"{SCHEMA}:2: /$schema",
        "is not https",
        "this dialect",
    ),
    # topics
    "a topic twice": Fault(
        BINDINGS,
        "traces.raw.acme",
        "traces.raw",
        f"{BINDINGS}:7: bindings[1].topic",
        "bound twice",
        "Bind a topic once",
    ),
    "a topic that Kafka refuses": Fault(
        BINDINGS,
        "traces.raw.acme",
        "traces/raw",
        f"{BINDINGS}:7: bindings[1].topic",
        "not a text that matches",
        "Write it",
    ),
    "a binding without a tenant": Fault(
        BINDINGS,
        "    tenant: null\n",
        "",
        f"{BINDINGS}:3: bindings[0].tenant",
        "is missing",
        "Name the tenant",
    ),
    "a binding to an unknown subject": Fault(
        BINDINGS,
        "[order, event]",
        "[order, event, evnt]",
        f"{BINDINGS}:6: bindings[0].subjects",
        "'evnt' is no subject",
        "Did you mean event",
    ),
    "a limit out of range": Fault(
        LIMITS, "32", "0", f"{LIMITS}:1: max_depth", "not an integer from 1", "Choose a number"
    ),
    # classification and teams
    "an unknown code": Fault(
        CODES,
        "security.pii_email",
        "security.pii_mail",
        f"{CODES}:2: codes.security.pii_mail",
        "no issue code",
        "Did you mean security.pii_email",
    ),
    "an unknown severity": Fault(
        CODES,
        "high",
        "hgh",
        f"{CODES}:3: codes.security.pii_email.severity",
        "'hgh' is not one of its words",
        "high",
    ),
    "an unknown mode": Fault(
        CODES,
        "mode: warn",
        "mode: block",
        f"{CODES}:4: codes.security.pii_email.mode",
        "'block'",
        "strict, warn, audit, off",
    ),
    "an unknown enforcement point": Fault(
        CODES,
        "gate:",
        "gait:",
        f"{CODES}:6: codes.security.pii_email.at.gait",
        "not a key",
        "gate, stream, replay, ci",
    ),
    "a mode at a point that is none": Fault(
        CODES,
        "replay: audit",
        "replay: true",
        f"{CODES}:7: codes.security.pii_email.at.replay",
        "True",
        "audit",
    ),
    "another category": Fault(
        CODES,
        "severity: high",
        "category: schema",
        f"{CODES}:3: codes.security.pii_email.category",
        "fixed by the code",
        "is of category security",
    ),
    "blocking beside the mode": Fault(
        CODES,
        "severity: high",
        "blocking: false",
        f"{CODES}:3: codes.security.pii_email.blocking",
        "decided by the mode",
        "Write mode: strict",
    ),
    "an unreadable trace that would pass": Fault(
        CODES,
        "codes:",
        "codes:\n  corrupt.empty: {mode: warn}",
        f"{CODES}:2: codes.corrupt.empty.mode",
        "can never be called valid",
        "stays strict",
    ),
    "a trace that nobody judged that would pass": Fault(
        CODES,
        "codes:",
        "codes:\n  detector.failed:\n    at: {ci: off}",
        f"{CODES}:3: codes.detector.failed.at.ci",
        "was not judged",
        "stays strict",
    ),
    "a code twice": Fault(
        CODES, "codes:", "codes:\n  security.pii_email: {mode: off}", f"{CODES}:3", "stands twice", "Keep one"
    ),
    "an unknown category": Fault(
        TEAMS, "schema:", "shema:", f"{TEAMS}:2: teams.shema", "not a key", "schema, security"
    ),
    "an unknown team": Fault(
        TEAMS, "security_team", "nobody", f"{TEAMS}:2: teams.schema", "'nobody'", "platform_engineering"
    ),
    # what loads and cannot be meant
    "a subject that no topic carries": Fault(
        BINDINGS,
        "[order, event]\n  - topic: traces.raw.acme\n    tenant: acme\n    default_subject: event\n    subjects: [event]\n",
        "[order]\n",
        "schemas/event/subject.yaml:1: subject",
        "is unreachable",
        "Add it to the subjects of a topic",
    ),
    "a version that no trace can name": Fault(
        "schemas/event/0.9.0.json",
        None,
        "{}",
        "schemas/event/0.9.0.json:1",
        "is unreachable",
        "pointers.schema_version",
    ),
    "a deprecated version newer than the current one": Fault(
        ORDER,
        "current: 2.0.0\ndeprecated: [1.0.0]",
        "current: 1.0.0\ndeprecated: [2.0.0]",
        f"{ORDER}:5: deprecated",
        "contradicts current",
        "Deprecate what is older",
    ),
    "a topic of one tenant named after another": Fault(
        BINDINGS,
        "tenant: acme",
        "tenant: bolt",
        f"{BINDINGS}:8: bindings[1].tenant",
        "contradicts the topic",
        "after its tenant",
    ),
    "a pattern of a rule that RE2 refuses": Fault(
        RULE, "'^a'", "'^(?!a)'", f"{RULE}:4: conditions[0].regex", "RE2 refuses", "without look-around"
    ),
}


def test_there_are_enough_of_them() -> None:
    assert len(BROKEN) >= 30


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN.keys())
def test_a_fault_is_named_with_file_line_place_and_remedy(
    fault: Fault, change: Change, run_lint: RunLint
) -> None:
    change(fault.path, fault.old, fault.new)
    result = run_lint()
    assert result.exit_code == 1
    (line, summary) = result.stdout.splitlines()
    assert line.startswith(f"error: {fault.where}: "), line
    assert fault.why in line
    assert fault.remedy in line.partition(". ")[2]
    assert summary == "1 error, 0 warnings."


def test_a_good_bundle_has_nothing_wrong(run_lint: RunLint) -> None:
    result = run_lint("--strict")
    assert (result.exit_code, result.stdout.startswith("Nothing wrong with bundle ")) == (0, True)


def test_the_bundle_that_ships_has_nothing_wrong() -> None:
    result = CliRunner().invoke(lint, ["--strict"], catch_exceptions=False)
    assert (result.exit_code, result.stdout.startswith("Nothing wrong with bundle ")) == (0, True), (
        result.stdout
    )
