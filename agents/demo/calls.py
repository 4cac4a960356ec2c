"""Whom a demo calls: its own webhook and nobody else, whatever channels and secrets the person has set."""

import base64
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assay.agents.policy_files import policy_roots
from assay.agents.settings import Settings
from assay.pipeline.policy.bundle_files import DRILL_FILE, NOTIFICATIONS_FILE

from .hook import Hook

SECRET_BYTES = 32
SECRET_NAME = "demo-hook"  # noqa: S105 - the name of a file
POLICY = """\
channels:
  hook:
    kind: webhook
    url: {url}
    signing_secret: {{file: {secret}}}
    enabled: on
    allow_networks: [127.0.0.0/8]
  console: {{kind: console, enabled: off}}
otherwise: [hook]
"""
_LEFT_OUT = frozenset({Path(DRILL_FILE).name, Path(NOTIFICATIONS_FILE).name})
"""A drill's channels are by name those of the notifications."""


def new_secret() -> bytes:
    """The key by which the notifier signs for the demo's hook."""
    return secrets.token_bytes(SECRET_BYTES)


@contextmanager
def calling_nobody_but(hook: Hook, secret: bytes, settings: Settings) -> Iterator[Settings]:
    """The settings with policies that are the person's, except for who is called; gone afterwards."""
    folder = settings.home / settings.env
    try:
        policies = folder / "policies"
        policies.mkdir(parents=True)
        for file in policy_roots(settings)["policies"].iterdir():
            if file.name.endswith((".yaml", ".yml")) and file.name not in _LEFT_OUT:
                (policies / file.name).write_bytes(file.read_bytes())
        written = POLICY.format(url=hook.url, secret=SECRET_NAME)
        (policies / Path(NOTIFICATIONS_FILE).name).write_text(written)
        kept = folder / "secrets"
        kept.mkdir(mode=0o700)
        (kept / SECRET_NAME).write_text(f"whsec_{base64.b64encode(secret).decode()}")
        yield settings.model_copy(
            update={"policies_dir": policies, "secrets_dir": kept, "policy_source": "directory"}
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
