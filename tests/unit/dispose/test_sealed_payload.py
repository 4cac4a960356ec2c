"""What a payload is bound to."""

from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.canonical import canonical
from assay.pipeline.core.record import Source
from assay.pipeline.dispose.sealed_payload import bound_to

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(text, text, st.integers(0, 1024), st.integers(0, 2**63 - 1), text)
def test_it_is_bound_to_canonical_json(
    tenant: str, topic: str, partition: int, offset: int, version: str
) -> None:
    """RFC 8785: another implementation gets the same bytes."""
    source = Source(topic, partition, offset)
    assert bound_to(tenant, source, version) == canonical([tenant, str(source), version])
