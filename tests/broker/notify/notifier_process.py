"""A notifier as a process of its own, to be killed: settings from the environment, one webhook from the command line."""

import asyncio
import sys
from ipaddress import ip_network

from assay.agents.clock import SystemClock
from assay.agents.notifier import Notifier
from assay.agents.notify.events import NobodyCounts
from assay.agents.notify.secrets import Secrets
from assay.agents.settings import load_settings
from assay.pipeline.policy.bundle import Bundle, Limits
from assay.pipeline.policy.notifications import (
    Channel,
    Notifications,
    RetryPolicy,
    SecretPlace,
    SecretRef,
    Webhook,
)

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def bundle(url: str) -> Bundle:
    """One channel, for everything."""
    target = Webhook(url, SecretRef(SecretPlace.ENV, "ASSAY_NOTIFY_WEBHOOK_SECRET"))
    hook = Channel("hook", target, allow_networks=(ip_network("127.0.0.0/8"),))
    policy = Notifications({"hook": hook}, {}, ("hook",), retry=RetryPolicy(first=1, most=1))
    return Bundle("0" * 64, Limits(), {}, {}, notifications=policy)


async def main(url: str) -> None:
    """Run until killed."""
    settings = load_settings()
    secrets = Secrets({"ASSAY_NOTIFY_WEBHOOK_SECRET": SECRET}.get, settings.home)
    await Notifier(settings, bundle(url), secrets=secrets, clock=SystemClock(), events=NobodyCounts()).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
