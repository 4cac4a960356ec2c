"""Records from files: the lines of JSON Lines files, or whole files; of any size, in bounded memory."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO

import click

from assay.pipeline.report import Place

STDIN = "-"
SUFFIXES = (".json", ".jsonl")
MOST_BYTES = 64 * 1024 * 1024
"""Of a longer line or file only this much is kept: far past what any limit lets through as one trace."""


def find_files(paths: Iterable[str], skip: Path | None = None) -> list[str]:
    """The files that the paths mean: ``-`` is standard input, a directory its JSON files, sorted, at any depth.

    ``skip`` is left out of directories: a report must not become the input of the next run.
    Raises ``click.BadParameter`` for a path that is not there, and for a directory with nothing to read.
    """
    files: list[str] = []
    for path in paths:
        if path == STDIN or Path(path).is_file():
            files.append(path)
        elif Path(path).is_dir():
            found = [str(file) for file in _walk(Path(path)) if not _same(file, skip)]
            if not found:
                raise click.BadParameter(f"no *.json or *.jsonl file in directory {path!r}")
            files += found
        else:
            raise click.BadParameter(f"no such file or directory: {path!r}")
    return files


def read_records(files: Iterable[str], *, raw: bool) -> Iterator[tuple[Place, bytes]]:
    """Each line that is not blank, without its line end; or, ``raw``, each file as it is.

    Raises ``click.FileError`` for a file that cannot be read.
    """
    for name in files:
        try:
            with _open(name) as stream:
                if raw:
                    yield Place(name, None), _at_most(stream)
                else:
                    yield from _lines(name, stream)
        except OSError as error:
            raise click.UsageError(f"cannot read {name!r}: {error.strerror}") from error


def _walk(directory: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(directory):
        folders.sort()
        for name in sorted(names):
            if name.endswith(SUFFIXES):
                yield Path(here, name)


def _same(file: Path, other: Path | None) -> bool:
    return other is not None and file.resolve() == other.resolve()


def _open(name: str) -> IO[bytes] | nullcontext[IO[bytes]]:
    return nullcontext(sys.stdin.buffer) if name == STDIN else Path(name).open("rb")


def _at_most(stream: IO[bytes]) -> bytes:
    return stream.read(MOST_BYTES)


def _lines(name: str, stream: IO[bytes]) -> Iterator[tuple[Place, bytes]]:
    number = 0
    while line := stream.readline(MOST_BYTES):
        number += 1
        _drop_rest(line, stream)
        value = line.removesuffix(b"\n").removesuffix(b"\r")
        if value.strip(b" \t"):
            yield Place(name, number), value


def _drop_rest(line: bytes, stream: IO[bytes]) -> None:
    while len(line) == MOST_BYTES and not line.endswith(b"\n"):
        line = stream.readline(MOST_BYTES)
