"""Requests made from the OpenAPI document: no 5xx, and no answer that the document does not describe (issue 6, must show 2).

``ASSAY_TEST_SCHEMATHESIS_S`` says for how many seconds each key is used; `make test-api-deep` takes its time.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ...processes import environment
from .conftest import Town

pytestmark = [pytest.mark.broker, pytest.mark.long]
SECONDS = int(os.environ.get("ASSAY_TEST_SCHEMATHESIS_S", "25"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
HOOKS = Path(__file__).with_name("schemathesis_hooks.py")


@pytest.mark.parametrize("who", ["admin", "tenant-42", "tenant-43"])
def test_every_answer_is_as_it_is_described(town: Town, tmp_path: Path, who: str) -> None:
    with town.client() as client:
        document = client.get(f"{town.url}/openapi.json").content
    (tmp_path / "openapi.json").write_bytes(document)
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", "openapi.json", "--url", town.url),
        *("--header", f"Authorization: Bearer {town.keys[who]}"),
        *("--phases", "examples,fuzzing", "--max-time", str(SECONDS), "--max-examples", "20"),
        *(
            "--checks",
            ",".join(CHECKS),
            "--request-timeout",
            "60",
            "--no-color",
            "--suppress-health-check",
            "all",
        ),
    ]
    settings = environment(town.settings, pythonpath=str(HOOKS.parent))
    done = subprocess.run(
        command,
        check=False,
        cwd=tmp_path,
        env=settings | {"SCHEMATHESIS_HOOKS": HOOKS.stem},
        capture_output=True,
        text=True,
        timeout=SECONDS + 200,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-1000:]
    made = re.search(r"(\d+) generated", done.stdout)
    assert made is not None, done.stdout[-3000:]
    print(f"{who}: {made[1]} requests")  # noqa: T201 - how deep it went depends on the machine
