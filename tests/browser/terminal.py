"""What a command prints on a terminal, and a picture of that."""

import fcntl
import html
import io
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

WIDEST = 176
"""Columns; tables are made for fewer, and texts wrap."""
COLOURS = 256
"""Of a picture: text on a plain ground has few, and so takes a third of the room."""
THEME = TerminalTheme(
    (16, 21, 26),
    (222, 228, 234),
    [
        (90, 102, 114),
        (255, 132, 148),
        (111, 208, 150),
        (245, 165, 102),
        (114, 168, 236),
        (201, 127, 183),
        (87, 197, 207),
        (222, 228, 234),
    ],
)
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; }}
.terminal {{ display: inline-block; background: {background}; color: {foreground}; }}
.bar {{ padding: 9px 16px; background: #1d262e; font: 600 14px "DejaVu Sans Mono", monospace; }}
.bar span {{ color: #57c5cf; }}
pre {{ margin: 0; padding: 12px 16px 16px; font: 13px/1.36 "DejaVu Sans Mono", monospace; }}
</style><div class="terminal"><div class="bar"><span>$</span> COMMAND</div><pre>{code}</pre></div>"""
"""Fonts are the machine's own: nothing is fetched."""


class Printed(NamedTuple):
    """What came on standard output, colours and all; standard error is for what goes on meanwhile."""

    status: int
    text: str
    errors: str


def printed_by(words: Sequence[str], *, folder: Path, env: Mapping[str, str], columns: int) -> Printed:
    """Run it in ``folder`` on a terminal of so many columns, until it ends."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 60, columns, 0, 0))
    with (folder / "errors.log").open("w+") as errors:
        command = subprocess.Popen(words, cwd=folder, env=env, stdout=its, stderr=errors)
        os.close(its)
        text = _all_of(ours)
        status = command.wait()
        errors.seek(0)
        return Printed(status, text.replace("\r\n", "\n"), errors.read())


def _all_of(terminal: int) -> str:
    """What is written there until the last one closes it, which Linux tells as an error."""
    with os.fdopen(terminal, "rb", buffering=0) as reader:
        parts = []
        try:
            while part := reader.read(65_536):
                parts.append(part)
        except OSError:
            pass
        return b"".join(parts).decode()


def picture_of(browser: Browser, command: str, text: str, *, most_lines: int) -> bytes:
    """A terminal in which somebody ran this command, as PNG; it says how many lines are left out."""
    lines = [*Text.from_ansi(text.strip("\n")).split()]
    for line in lines:
        line.rstrip()
    if len(lines) > most_lines:
        lines[most_lines:] = [Text(f"… and {len(lines) - most_lines} more lines", style="dim")]
    console = Console(
        record=True, width=WIDEST, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text("\n").join(lines), overflow="fold")
    page_format = PAGE.replace("COMMAND", html.escape(command).replace("{", "{{").replace("}", "}}"))
    context = browser.new_context(offline=True, viewport={"width": 1600, "height": 1000})
    page = context.new_page()
    page.set_content(console.export_html(theme=THEME, code_format=page_format, inline_styles=True))
    picture = page.locator(".terminal").screenshot()
    context.close()
    return _in_few_colours(picture)


def _in_few_colours(picture: bytes) -> bytes:
    found = io.BytesIO()
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    few = image.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(found, "PNG", optimize=True)
    return found.getvalue()
