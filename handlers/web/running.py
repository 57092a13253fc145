"""The server as a part of the service: started and stopped by it, with no hold on the process's signals."""

import asyncio
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI

from bot.faults import BAD_SETTINGS, Mendable
from handlers.web.serve import server_for


class PortTaken(Mendable):
    """The address to listen on is not to be had."""

    exit_code = BAD_SETTINGS


@dataclass(slots=True)
class WebServer:
    """One app on one address. uvicorn's own `serve` would take the signals, which are the service's to answer."""

    app: FastAPI
    host: str
    port: int
    _server: uvicorn.Server | None = None
    _serving: "asyncio.Task[None] | None" = field(default=None)

    async def start(self) -> str:
        """Listen; gives the URL. Raises PortTaken."""
        server = server_for(self.app, self.host, self.port)
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        try:
            await server.startup()
        except SystemExit as error:
            raise PortTaken(
                f"DOORSTEP_LISTEN: {self.host}:{self.port} is not to be had; stop what listens there, or choose another port"
            ) from error
        self._server = server
        self._serving = asyncio.create_task(server.main_loop())
        port = server.servers[0].sockets[0].getsockname()[1]
        return f"http://{self.host}:{port}"

    async def stop(self) -> None:
        """Finish the requests that are open, and close."""
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = True
        await self._serving
        await self._server.shutdown()
        self._server = None
