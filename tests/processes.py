"""``assay …`` as processes of a test: started with the test's settings, watched, and gone when it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from assay.agents.settings import Settings

LANES = ("detector", "classifier")
"""What a worker of a test runs unless it says otherwise, and so what an audit can wait for."""
ASSAY = (sys.executable, "-m", "assay.agents.cli")
ENDS_WITHIN_S = 20


def environment(settings: Settings, **extra: object) -> dict[str, str]:
    """What a process is told: all that somebody set in ``settings``, and ``extra`` by the names of settings.

    ``pythonpath`` among ``extra`` is no setting: it puts a folder in front of where Python looks for modules.
    """
    told = {name: getattr(settings, name) for name in settings.model_fields_set} | extra
    folder = told.pop("pythonpath", None)
    told = {name: value for name, value in told.items() if value is not None}
    env = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
    if folder is not None:
        env["PYTHONPATH"] = f"{folder}:{env.get('PYTHONPATH', '')}".rstrip(":")
    return env | {f"ASSAY_{name.upper()}": str(value) for name, value in told.items()}


def processes_of(home: Path) -> list[str]:
    """What still runs for this home: by what it was started with, or told in its environment."""
    found = []
    for process in psutil.process_iter():
        try:
            told = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(home) in word for word in told):
            found.append(process.name())
    return found


@dataclass
class Processes:
    """Processes without a supervisor of ours: the test sees each death."""

    settings: Settings
    log: Path
    """Where all of them write."""
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def launch(self, command: Sequence[str], **extra: object) -> subprocess.Popen[bytes]:
        """Start any command; ``extra`` as for :func:`environment`."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, env=environment(self.settings, **extra), stdout=log, stderr=log
            )
        self.running.append(process)
        return process

    def worker(self, agents: str = ",".join(LANES), **extra: object) -> subprocess.Popen[bytes]:
        """One more worker process."""
        return self.launch([*ASSAY, "worker", "--agents", agents, "--child", "0"], **extra)

    def alive(self) -> list[subprocess.Popen[bytes]]:
        """Those that run."""
        return [process for process in self.running if process.poll() is None]

    def said(self) -> str:
        """All that they wrote so far."""
        return self.log.read_text() if self.log.exists() else ""

    def stop(self) -> list[int]:
        """Ask all that live to end; the exit statuses of all."""
        for process in self.alive():
            process.send_signal(signal.SIGTERM)
        return [process.wait(ENDS_WITHIN_S) for process in self.running]

    def end(self) -> None:
        """Leave none, nor a child of one, whatever state it is in."""
        for process in self.alive():
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            for child in children:
                child.kill()
        for process in self.running:
            process.wait()
