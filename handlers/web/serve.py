"""The server under the app, told to say nothing that it need not."""

import uvicorn
from fastapi import FastAPI


def server_for(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """A server that is not yet started; `port` 0 takes a free one.

    It writes no access log, whose paths would hold numbers and secrets, and believes no forwarding header: a
    client's address is the one that connected.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)
