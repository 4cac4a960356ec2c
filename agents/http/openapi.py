"""The OpenAPI document: what FastAPI knows of the routes, and how one is let in."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from .models.common import Fault, ProblemDocument

DESCRIPTION = """The people's side of Assay: what became of traces, what is wrong, and what to do about it.

Times are RFC 3339 with nine digits and `Z`. Errors are `application/problem+json`. Lists have `items` and `next_cursor`.
Every change needs a `reason`, and is on the audit log before it is done. Nothing here holds a value of a trace, but the
answers of `…/open` and `…/edit`, for those who may open traces."""
SECURITY = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key that `assay keys create` made."},
    "header": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same, in a header of its own.",
    },
}


def describe(api: FastAPI) -> None:
    """Let ``api`` describe itself like this."""

    def document() -> dict[str, Any]:
        if api.openapi_schema is None:
            found = get_openapi(
                title=api.title,
                version=api.version,
                description=DESCRIPTION,
                routes=api.routes,
            )
            components = found.setdefault("components", {})
            components["securitySchemes"] = SECURITY
            schemas = components.setdefault("schemas", {})
            for model in (Fault, ProblemDocument):
                schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
                schema.pop("$defs", None)
                schemas[model.__name__] = schema
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            found["security"] = [{name: []} for name in SECURITY]
            api.openapi_schema = found
        return api.openapi_schema

    api.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to extend it
