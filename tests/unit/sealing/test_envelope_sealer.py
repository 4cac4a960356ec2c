"""Sealed payloads: opened by who has the tenant's key, by nobody else, and by nobody once it is destroyed."""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.sealing.data_keys import DAY_NS, MAX_MESSAGES, MAX_TENANTS, DataKeys
from assay.pipeline.core.errors import DependencyUnavailableError, SealError, TransientError
from assay.pipeline.core.sealed import Opener, Sealed, Sealer

SECRET = b"kanarie vogel 7291"
AAD = b'["acme","traces.raw/3/42","1.2.0"]'


class StandingClock(Protocol):
    now: int

    def now_ns(self) -> int: ...


def test_it_is_a_sealer_and_an_opener(sealer: EnvelopeSealer) -> None:
    seals: Sealer = sealer
    opens: Opener = sealer
    assert opens.open("acme", seals.seal("acme", SECRET, AAD), AAD) == SECRET


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=20), st.binary(max_size=200), st.binary(max_size=50))
def test_what_was_sealed_opens(sealer: EnvelopeSealer, tenant: str, plaintext: bytes, aad: bytes) -> None:
    assert sealer.open(tenant, sealer.seal(tenant, plaintext, aad), aad) == plaintext


def test_another_process_opens_it_with_the_tenants_key_alone(
    sealer: EnvelopeSealer, directory: Path, clock: StandingClock
) -> None:
    sealed = sealer.seal("acme", SECRET, AAD)
    assert EnvelopeSealer(FileKeyProvider(directory), clock).open("acme", sealed, AAD) == SECRET


def test_nothing_of_the_plaintext_is_in_it(sealer: EnvelopeSealer) -> None:
    sealed = sealer.seal("acme", SECRET, AAD)
    assert not any(SECRET[:8] in part for part in (sealed.ciphertext, sealed.wrapped_key, sealed.nonce))
    assert len(sealed.ciphertext) == len(SECRET) + 16


@pytest.mark.parametrize("member", ["wrapped_key", "nonce", "ciphertext"])
@pytest.mark.parametrize("bit", [0, 7, -1])
def test_one_altered_bit_is_noticed(sealer: EnvelopeSealer, member: str, bit: int) -> None:
    sealed = sealer.seal("acme", SECRET, AAD)
    damaged = bytearray(getattr(sealed, member))
    damaged[bit] ^= 1
    with pytest.raises(SealError) as caught:
        sealer.open("acme", _with(sealed, member, bytes(damaged)), AAD)
    assert SECRET.decode() not in repr(caught.value)


@pytest.mark.parametrize("member", ["wrapped_key", "nonce", "ciphertext"])
@pytest.mark.parametrize("value", [b"", b"x", b"x" * 500])
def test_a_member_of_the_wrong_size_is_noticed(sealer: EnvelopeSealer, member: str, value: bytes) -> None:
    with pytest.raises(SealError):
        sealer.open("acme", _with(sealer.seal("acme", SECRET, AAD), member, value), AAD)


@pytest.mark.parametrize(("member", "value"), [("alg", "none"), ("alg", ""), ("kid", "file:0"), ("kid", "")])
def test_another_algorithm_or_key_id_is_noticed(sealer: EnvelopeSealer, member: str, value: str) -> None:
    sealed = sealer.seal("acme", SECRET, AAD)
    altered = replace(sealed, alg=value) if member == "alg" else replace(sealed, kid=value)
    with pytest.raises(SealError):
        sealer.open("acme", altered, AAD)


def test_it_opens_only_for_its_tenant_and_with_what_it_is_bound_to(sealer: EnvelopeSealer) -> None:
    sealed = sealer.seal("acme", SECRET, AAD)
    sealer.seal("globex", b"", b"")
    for tenant, aad in (("globex", AAD), ("initech", AAD), ("acme", b""), ("acme", AAD + b" ")):
        with pytest.raises(SealError):
            sealer.open(tenant, sealed, aad)


def test_no_nonce_is_used_twice(sealer: EnvelopeSealer) -> None:
    sealed = [sealer.seal("acme", SECRET, AAD) for _ in range(2000)]
    assert len({one.nonce for one in sealed}) == 2000
    assert len({one.ciphertext for one in sealed}) == 2000
    assert {len(one.nonce) for one in sealed} == {12}


def test_destroying_a_tenants_key_erases_all_of_that_tenant_and_nothing_else(
    sealer: EnvelopeSealer, directory: Path, clock: StandingClock
) -> None:
    """Crypto-shredding: 100 % of one tenant's payloads, over days, and 0 % of the others'.

    Also in a process that sealed and opened them a moment ago.
    """
    tenants = ("acme", "globex", "initech", "none")
    kept: list[tuple[str, Sealed]] = []
    for _ in range(3):
        kept += [(tenant, sealer.seal(tenant, SECRET, AAD)) for tenant in tenants for _ in range(25)]
        clock.now += DAY_NS
    elsewhere = EnvelopeSealer(FileKeyProvider(directory), clock)
    assert all(
        process.open(tenant, sealed, AAD) == SECRET
        for process in (sealer, elsewhere)
        for tenant, sealed in kept
    )

    elsewhere.destroy("acme")

    for process in (sealer, elsewhere):
        opened = {
            tenant: [_opens(process, tenant, one) for who, one in kept if who == tenant] for tenant in tenants
        }
        assert opened == {tenant: [tenant != "acme"] * 75 for tenant in tenants}


def test_what_is_sealed_after_destroying_opens_again(sealer: EnvelopeSealer) -> None:
    old = sealer.seal("acme", SECRET, AAD)
    sealer.destroy("acme")
    new = sealer.seal("acme", SECRET, AAD)
    assert sealer.open("acme", new, AAD) == SECRET
    assert not _opens(sealer, "acme", old)


@pytest.mark.parametrize("later_ns", [1_000_000_000, -1], ids=["a second later", "the clock was set back"])
def test_a_key_destroyed_by_another_process_is_not_sealed_with_for_long(
    sealer: EnvelopeSealer, provider: FileKeyProvider, clock: StandingClock, later_ns: int
) -> None:
    """Or the worker would go on writing payloads that nobody can ever open."""
    sealer.seal("acme", SECRET, AAD)
    provider.destroy("acme")
    clock.now += later_ns
    assert sealer.open("acme", sealer.seal("acme", SECRET, AAD), AAD) == SECRET


def test_a_data_key_serves_one_tenant_and_one_day(sealer: EnvelopeSealer, clock: StandingClock) -> None:
    first = sealer.seal("acme", SECRET, AAD).wrapped_key
    assert sealer.seal("acme", SECRET, AAD).wrapped_key == first
    assert sealer.seal("globex", SECRET, AAD).wrapped_key != first
    clock.now += DAY_NS
    assert sealer.seal("acme", SECRET, AAD).wrapped_key != first


def test_a_clock_that_is_set_back_does_no_harm(sealer: EnvelopeSealer, clock: StandingClock) -> None:
    sealer.seal("acme", SECRET, AAD)
    clock.now -= 3 * DAY_NS
    assert sealer.open("acme", sealer.seal("acme", SECRET, AAD), AAD) == SECRET


def test_a_data_key_is_replaced_long_before_nonces_could_meet(
    provider: FileKeyProvider, clock: StandingClock
) -> None:
    sealer = EnvelopeSealer(provider, clock, max_messages=3)
    wrapped = [sealer.seal("acme", SECRET, AAD).wrapped_key for _ in range(7)]
    assert [wrapped.index(one) for one in wrapped] == [0, 0, 0, 3, 3, 3, 6]
    assert MAX_MESSAGES <= 2**28


def test_many_tenants_do_not_fill_the_memory(clock: StandingClock) -> None:
    """On a shared topic the body names the tenant: anyone can name a million."""

    class Endless:
        def active_kid(self, tenant: str) -> str:
            return tenant

        def wrap(self, tenant: str, data_key: bytes) -> tuple[str, bytes]:
            return tenant, data_key

        def unwrap(self, tenant: str, kid: str, wrapped: bytes) -> bytes:
            return wrapped

        def destroy(self, tenant: str) -> None: ...

    keys = DataKeys(Endless(), clock)
    often = keys.take("acme")
    for number in range(3 * MAX_TENANTS):
        keys.take(f"tenant-{number}")
        assert keys.take("acme") is often
    assert len(keys) == MAX_TENANTS


def test_without_a_key_sealing_stops_and_may_be_tried_again(tmp_path: Path, clock: StandingClock) -> None:
    """Promise 5."""
    (tmp_path / "keys").write_text("in the way")
    sealer = EnvelopeSealer(FileKeyProvider(tmp_path / "keys"), clock)
    with pytest.raises(TransientError):
        sealer.seal("acme", SECRET, AAD)
    (tmp_path / "keys").unlink()
    assert sealer.open("acme", sealer.seal("acme", SECRET, AAD), AAD) == SECRET


def test_a_store_that_does_not_answer_is_not_said_to_be_shredded(
    sealer: EnvelopeSealer, directory: Path
) -> None:
    sealed = sealer.seal("acme", SECRET, AAD)
    directory.rename(directory.with_name("away"))
    directory.write_text("in the way")
    with pytest.raises(DependencyUnavailableError):
        sealer.open("acme", sealed, AAD)


def _with(sealed: Sealed, member: str, value: bytes) -> Sealed:
    match member:
        case "wrapped_key":
            return replace(sealed, wrapped_key=value)
        case "nonce":
            return replace(sealed, nonce=value)
        case _:
            return replace(sealed, ciphertext=value)


def _opens(opener: Opener, tenant: str, sealed: Sealed) -> bool:
    try:
        return opener.open(tenant, sealed, AAD) == SECRET
    except SealError:
        return False
