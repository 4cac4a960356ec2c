"""What is wrong with a JSON Schema, in parts and as a sentence."""

from typing import Self


class SchemaFault(str):
    """``pointer: why`` as text, for whoever only shows it; and the parts, for whoever looks up the line."""

    __slots__ = ("pointer", "remedy", "why")

    pointer: str
    why: str
    remedy: str

    def __new__(cls, pointer: str, why: str, remedy: str = "Correct the schema") -> Self:
        """Make the text of the parts."""
        fault = super().__new__(cls, f"{pointer}: {why}" if pointer else why)
        fault.pointer, fault.why, fault.remedy = pointer, why, remedy
        return fault
