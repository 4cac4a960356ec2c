"""Errors as people and programs read them: ``application/problem+json`` (RFC 9457), without a value of what came in."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from assay.agents.quarantine import NotContainedError
from assay.pipeline.core.errors import (
    AssayError,
    ConfigError,
    PermanentError,
    Problem,
    RefusedError,
    SealError,
    TransientError,
    UnsupportedRemediationRuleError,
)
from assay.pipeline.core.word import Word

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:assay:problem:"
RETRY_S = 5


class Kind(Word):
    """What went wrong: the end of a problem's ``type``."""

    KEY_REQUIRED = "key_required"
    NOT_ALLOWED = "not_allowed"
    OTHER_SITE = "other_site"
    NOT_FOUND = "not_found"
    METHOD = "method_not_allowed"
    INVALID = "invalid_request"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    ERASED = "erased"
    IN_PROGRESS = "in_progress"
    TOO_MANY = "too_many_requests"
    UNAVAILABLE = "unavailable"
    NOT_CONFIGURED = "not_configured"
    INTERNAL = "internal"


_STATUS: Mapping[Kind, int] = {
    Kind.KEY_REQUIRED: 401,
    Kind.NOT_ALLOWED: 403,
    Kind.OTHER_SITE: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD: 405,
    Kind.REFUSED: 409,
    Kind.IN_PROGRESS: 409,
    Kind.ERASED: 410,
    Kind.TOO_LARGE: 413,
    Kind.INVALID: 422,
    Kind.TOO_MANY: 429,
    Kind.INTERNAL: 500,
    Kind.UNAVAILABLE: 503,
    Kind.NOT_CONFIGURED: 503,
}
_OF_STATUS = {404: Kind.NOT_FOUND, 405: Kind.METHOD, 413: Kind.TOO_LARGE}


class HttpProblem(Exception):  # noqa: N818 - a problem is what RFC 9457 calls it
    """Ends a request with a problem. ``detail`` and ``errors`` hold no value that came in."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        errors: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


def not_found(what: str) -> HttpProblem:
    """There is no such thing, or it is another tenant's: nobody is told which of the two."""
    return HttpProblem(Kind.NOT_FOUND, f"there is no such {what}")


def invalid(key: str, why: str, remedy: str) -> HttpProblem:
    """One member or parameter is wrong."""
    return HttpProblem(Kind.INVALID, "the request is not valid", [Problem(key, why, remedy)])


def problem_response(problem: HttpProblem) -> Response:
    """The problem on the wire."""
    status = _STATUS[problem.kind]
    document: dict[str, Any] = {
        "type": f"{TYPE_PREFIX}{problem.kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": problem.detail,
        "errors": [{"key": each.where, "why": each.why, "remedy": each.remedy} for each in problem.errors],
    }
    return Response(orjson.dumps(document), status, problem.headers, MEDIA_TYPE)


def problem_of(error: AssayError) -> HttpProblem:
    """What an error of ours means to whoever asked. Texts of our errors hold no values."""
    match error:
        case NotContainedError() | UnsupportedRemediationRuleError():
            return HttpProblem(Kind.NOT_FOUND, str(error))
        case ConfigError():
            log.error("the API cannot do its work: %s", type(error).__name__)
            return HttpProblem(Kind.NOT_CONFIGURED, "settings or topics are wrong", error.problems)
        case SealError():
            return HttpProblem(Kind.ERASED, "it does not open: its key is gone, or it was altered")
        case RefusedError():
            return HttpProblem(Kind.REFUSED, str(error))
        case TransientError():
            return HttpProblem(Kind.UNAVAILABLE, str(error), headers={"Retry-After": str(RETRY_S)})
        case PermanentError():
            return HttpProblem(Kind.INVALID, str(error))
        case _:
            return HttpProblem(Kind.INTERNAL, "something went wrong here")


def add_problem_handlers(api: FastAPI) -> None:
    """Make every error of ``api`` a problem."""

    async def of_problem(_: Request, error: Exception) -> Response:
        assert isinstance(error, HttpProblem)
        return problem_response(error)

    async def of_ours(_: Request, error: Exception) -> Response:
        assert isinstance(error, AssayError)
        return problem_response(problem_of(error))

    async def of_validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        faults = [_fault(each) for each in error.errors()]
        return problem_response(HttpProblem(Kind.INVALID, "the request is not valid", faults))

    async def of_framework(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        kind = _OF_STATUS.get(error.status_code, Kind.INVALID)
        return problem_response(HttpProblem(kind, str(error.detail), headers=error.headers))

    async def of_bug(request: Request, error: Exception) -> Response:
        log.error("a request failed: %s %s", request.method, route_of(request.scope), exc_info=error)
        return problem_response(HttpProblem(Kind.INTERNAL, "something went wrong here; it is logged"))

    api.add_exception_handler(HttpProblem, of_problem)
    api.add_exception_handler(AssayError, of_ours)
    api.add_exception_handler(RequestValidationError, of_validation)
    api.add_exception_handler(HTTPException, of_framework)
    api.add_exception_handler(Exception, of_bug)


def route_of(scope: Mapping[str, Any]) -> str:
    """The pattern of the route that a request took: a name without ids."""
    return str(getattr(scope.get("route"), "path", "none"))


def _fault(fault: Mapping[str, Any]) -> Problem:
    """A fault as pydantic found it, without the value. Only the first member of a way is a name that we gave."""
    way = [str(part) for part in fault["loc"]]
    if fault["type"] == "extra_forbidden":
        return Problem(way[0], "has a member that is not known here", "See /openapi.json")
    return Problem(".".join(way[1:2]) or way[0], str(fault["msg"]), "See /openapi.json")
