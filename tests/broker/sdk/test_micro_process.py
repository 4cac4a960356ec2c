"""``assay micro`` as a producer's CI starts it."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from assay.pipeline.testing import clean_trace

pytestmark = pytest.mark.broker  # a process of its own takes seconds to start; Kafka it needs none


def test_it_says_where_it_is_answers_and_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "assay.agents.cli", "micro", "--port", "0", "--json"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=tmp_path, env=environment, text=True
    ) as process:
        try:
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["url"]
            assert url.startswith("http://127.0.0.1:")
            request = urllib.request.Request(
                f"{url}/api/v1/traces", data=json.dumps(clean_trace()).encode(), method="POST"
            )
            with urllib.request.urlopen(request, timeout=60) as answer:
                (item,) = json.load(answer)["items"]
            assert item["outcome"] == "valid"
        finally:
            process.terminate()
    assert process.returncode == -signal.SIGTERM, "in an orderly way, by the signal that it was sent"
    assert not list(tmp_path.iterdir()), "it keeps nothing"
