"""The notifier takes a bundle while it runs; one whose channels cannot work here changes nothing."""

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from assay.agents.bundles import BundleUser
from assay.agents.notifier import Notifier
from assay.agents.notify.events import NobodyCounts
from assay.agents.notify.secrets import Secrets
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.policy.bundle import Bundle, Limits
from assay.pipeline.policy.notifications import (
    Channel,
    Enabled,
    Notifications,
    SecretPlace,
    SecretRef,
    Slack,
)
from assay.pipeline.testing import FakeClock

SLACK = Channel("chat", Slack(SecretRef(SecretPlace.ENV, "ASSAY_NOTIFY_SLACK_URL")), Enabled.ON)
BUNDLE = Bundle("0" * 64, Limits(), {}, {})
BROKEN = replace(BUNDLE, notifications=Notifications({"chat": SLACK}, {}, ("chat",)))


def notifier(bundle: Bundle, directory: Path, **environment: str) -> Notifier:
    return Notifier(
        load_settings(),
        bundle,
        secrets=Secrets(environment.get, directory),
        clock=FakeClock(),
        events=NobodyCounts(),
    )


async def test_it_does_not_start_with_a_channel_that_must_be_on_and_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        notifier(BROKEN, tmp_path)


async def test_a_bundle_whose_channels_cannot_work_here_is_logged_and_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The lanes take the bundle all the same: a missing secret stops no trace."""
    running = notifier(BUNDLE, tmp_path)
    assert isinstance(running, BundleUser)
    running.use(BROKEN)
    assert running._next is None
    assert "ASSAY_NOTIFY_SLACK_URL" in caplog.text


async def test_a_bundle_with_the_same_channels_disturbs_nobody(tmp_path: Path) -> None:
    running = notifier(BUNDLE, tmp_path)
    running.use(replace(BUNDLE, bundle_id="1" * 64))
    assert running._next is None


async def test_a_bundle_with_other_channels_is_taken(tmp_path: Path) -> None:
    running = notifier(BUNDLE, tmp_path, ASSAY_NOTIFY_SLACK_URL="https://hooks.slack.example/x")
    running.use(BROKEN)
    assert running._next is not None
    assert [*running._next.ready] == ["chat"]


async def test_while_kafka_is_away_it_waits_and_can_be_stopped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, not listening: refuses
        settings = load_settings(bootstrap_servers=f"127.0.0.1:{closed.getsockname()[1]}")
        waiting = Notifier(
            settings,
            BUNDLE,
            secrets=Secrets(lambda _name: None, tmp_path),
            clock=FakeClock(),
            events=NobodyCounts(),
        )
        running = asyncio.create_task(waiting.run())
        try:
            async with asyncio.timeout(10):
                while "the notifier waits" not in caplog.text:
                    await asyncio.sleep(0)
        finally:
            await waiting.stop()
            await running
