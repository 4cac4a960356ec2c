"""What the files of a bundle may come to, so that loading one takes seconds whatever is in it."""

from collections.abc import Iterator, Mapping

from .note import Level, Note

MAX_FILE_BYTES = 1_000_000
"""A schema; the largest that ships has 10 KB."""
MAX_YAML_BYTES = 256_000
"""YAML is read a hundred times more slowly than JSON: this takes two seconds."""
MAX_ALL_BYTES = 5_000_000
MAX_ALL_YAML_BYTES = 1_000_000
MAX_FILES = 500


def most_bytes(path: str) -> int:
    """How large a file of this name may be."""
    return MAX_YAML_BYTES if path.endswith(".yaml") else MAX_FILE_BYTES


def too_much(files: Mapping[str, bytes]) -> Iterator[Note]:
    """What is wrong with all files together. When anything is, none of them should be read."""
    yaml = sum(len(data) for path, data in files.items() if path.endswith(".yaml"))
    for what, found, most in (
        ("files", len(files), MAX_FILES),
        ("bytes of files", sum(map(len, files.values())), MAX_ALL_BYTES),
        ("bytes of YAML", yaml, MAX_ALL_YAML_BYTES),
    ):
        if found > most:
            why = f"the bundle has {found} {what}, more than {most}"
            yield Note(Level.ERROR, "policies", "", why, "Remove what is not needed")
