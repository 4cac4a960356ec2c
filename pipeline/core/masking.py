"""What may be said of a value without saying the value (promise 4)."""

from .document import Json


def mask(value: Json) -> str:
    """The JSON type and the size of a value: ``string(12)``, ``array(3)``, ``object(5)``, ``integer``, ``null``.

    Never a character, digit or key of it.
    """
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return f"string({len(value)})"
        case list():
            return f"array({len(value)})"
        case dict():
            return f"object({len(value)})"
