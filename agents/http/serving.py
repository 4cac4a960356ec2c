"""The web server around the API."""

import logging
import os

import uvicorn

from assay.agents.process import tune_memory
from assay.agents.settings import Settings

from .app import create_api
from .feed.protocol import EndingWebSockets

log = logging.getLogger(__name__)

STOP_S = 5
MOST_CONNECTIONS = 4000
WEBSOCKET_BYTES = 65_536
"""What a client may say in one message of the feed: it has little to say."""


def server_of(settings: Settings, local_name: str = "local") -> uvicorn.Server:
    """A server that is not started yet. Raises what ``create_api`` does."""
    api = create_api(settings, local_name=local_name)
    config = uvicorn.Config(
        api,
        host=settings.serve_host,
        port=settings.serve_port,
        loop="uvloop",
        http="httptools",
        ws=EndingWebSockets,
        ws_per_message_deflate=False,  # it would cost more than it saves, and memory for each client
        ws_max_size=WEBSOCKET_BYTES,
        lifespan="on",
        log_config=None,  # ours is set up
        access_log=False,  # http_requests_total counts; addresses and ids are nobody's business
        server_header=False,
        proxy_headers=bool(settings.serve_proxies),
        forwarded_allow_ips=settings.serve_proxies or None,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=STOP_S,
    )
    return uvicorn.Server(config)


def run_server(settings: Settings, local_name: str) -> None:
    """Serve until a signal. Raises what ``create_api`` does."""
    tune_memory()
    server = server_of(settings, local_name)
    if not settings.api_keys_path.exists():
        log.warning("no keys: everybody on this machine may do everything, as %s", local_name)
    log.info("the API listens on http://%s:%d", settings.serve_host, settings.serve_port)
    os.umask(0o077)
    server.run()
