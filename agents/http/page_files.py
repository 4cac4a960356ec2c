"""Serving the page: its files as they are. It needs no key; what it shows does."""

from importlib.resources import files
from pathlib import Path, PurePosixPath

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(str(files("assay.agents.http"))) / "page"
SERVED = frozenset({".css", ".js", ".svg", ".png", ".woff2", ".webmanifest"})
ALWAYS_ASKED = {"cache-control": "no-cache"}
"""Whether it is still the same file is asked each time: a page and its scripts must be of one version."""


class PageFiles(StaticFiles):
    """The files of the page, and nothing else that lies beside them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """See ``StaticFiles``."""
        if PurePosixPath(path).suffix not in SERVED:
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers.update(ALWAYS_ASKED)
        return response


def mount_page(api: FastAPI, folder: Path = FOLDER) -> None:
    """Serve ``index.html`` at ``/``, and the others below ``/assets/``; nothing where there is no page."""
    if not (folder / "index.html").is_file():
        return

    @api.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(folder / "index.html", headers=ALWAYS_ASKED)

    api.mount("/assets", PageFiles(directory=folder), name="assets")
