"""The fixture ``assay_gate`` in the tests of a producer (S0-169)."""

from importlib.metadata import entry_points

import pytest

pytest_plugins = ["pytester"]

PLUGIN = "assay.pytest_plugin"
TESTS = """
from assay.pipeline.testing import clean_trace

def test_good(assay_gate):
    assay_gate.assert_passes(clean_trace())

def test_asked(assay_gate):
    assert assay_gate(b"{").decision == "refused"

def test_expected(assay_gate):
    bad = clean_trace()
    del bad["workflow_id"]
    assay_gate.assert_refused(bad, "schema.required_missing")

def test_bad(assay_gate):
    bad = clean_trace()
    bad["inputs"]["note"] = "jane.doe@example.org"
    assay_gate.assert_passes(bad)

def test_warned(assay_gate):
    assay_gate.assert_passes(clean_trace(), warnings=["schema.optional_missing"])

def test_too_good(assay_gate):
    assay_gate.assert_refused(clean_trace())
"""


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """The plugin is there by itself once the package is installed with its entry point."""
    installed = any(each.value == PLUGIN for each in entry_points(group="pytest11"))
    named = () if installed else ("-p", PLUGIN)
    return pytester.runpytest_inprocess(*named, "-p", "no:randomly", "-p", "no:asyncio", *arguments)


def test_a_producers_tests_say_what_passes_and_what_does_not(pytester: pytest.Pytester) -> None:
    """S0-169: with the codes, the place and the advice, and without the value."""
    pytester.makepyfile(TESTS)

    done = run(pytester)

    done.assert_outcomes(passed=3, failed=3)
    output = done.stdout.str()
    assert "security.pii_email at /inputs/" in output
    assert "personal_data: Review" in output
    assert "expected the warnings schema.optional_missing; found time.stale" in output
    assert "the trace passes the gate" in output


def test_a_project_may_have_policies_of_its_own(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nassay_policies = quality")
    pytester.makepyfile("def test_it(assay_gate): pass")

    done = run(pytester)

    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*has none of schemas/, policies/, remediation_rules/*"])
