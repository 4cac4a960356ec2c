"""Whose a trace is (DESIGN 9, S0-54, D-15)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.document import Json
from assay.pipeline.policy.any_subject import any_subject
from assay.pipeline.policy.bundle import Binding, Bundle, Pointers, Subject
from assay.pipeline.policy.tenant import TENANT_PATTERN, tenant_of

SHARED = Binding("traces.raw", None, "event", frozenset({"event"}))
EVENT = Subject("event", frozenset(), "1.0.0", {}, frozenset(), Pointers(tenant=("who", "account")))


def body_says(value: Json) -> str:
    return tenant_of(SHARED, EVENT, {"who": {"account": value}})


def test_a_topic_that_belongs_to_a_tenant_decides_and_the_body_has_no_say(small: Bundle) -> None:
    binding = small.bindings["traces.raw.acme"]
    assert tenant_of(binding, EVENT, {"who": {"account": "someone-else"}}) == "acme"
    assert tenant_of(binding, EVENT, None) == "acme"


@pytest.mark.parametrize(
    ("value", "tenant"),
    [
        (42, "42"),
        (0, "0"),
        (-1, "-1"),
        ("42", "42"),
        ("acme", "acme"),
        ("a" * 64, "a" * 64),
        ("eu.acme:prod-1_b", "eu.acme:prod-1_b"),
    ],
)
def test_on_a_shared_topic_the_body_names_the_tenant(value: Json, tenant: str) -> None:
    assert body_says(value) == tenant


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        1.0,
        "",
        " acme",
        "acme\n",
        "a" * 65,
        "-acme",
        "a/b",
        "ä",
        "٤٢",
        [42],
        {"id": 42},
        2**63,
    ],
)
def test_what_cannot_be_a_tenant_is_none(value: Json) -> None:
    assert body_says(value) == "none"


def test_a_number_too_long_to_print_is_none() -> None:
    """Python refuses to write integers of more than 4300 digits."""
    assert body_says(10**5000) == "none"


@pytest.mark.parametrize("document", [None, 7, [], {}, {"who": None}, {"who": []}, {"who": "account"}])
def test_a_body_that_names_nobody_is_none_and_never_an_exception(document: Json) -> None:
    """D-15: ``context: null`` must not kill anything."""
    assert tenant_of(SHARED, EVENT, document) == "none"


def test_a_subject_without_a_place_for_the_tenant_has_none() -> None:
    assert tenant_of(SHARED, any_subject(), {"who": {"account": 42}}) == "none"


@given(st.text() | st.integers() | st.floats() | st.booleans() | st.none())
def test_a_tenant_is_always_fit_to_be_a_header_and_a_label(value: str | float | bool | None) -> None:
    assert TENANT_PATTERN.fullmatch(body_says(value).removeprefix("-"))
