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
        self._serving.cancel()  # it only waits for its next tick
        await asyncio.wait([self._serving])
        await self._finish(self._server)
        self._server = None

    async def _finish(self, server: uvicorn.Server) -> None:
        """Listen no more, and hear out who is speaking. uvicorn's own end sleeps for a tenth of a second first, busy or not."""
        for listener in server.servers:
            listener.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        if server.server_state.tasks:
            _, unfinished = await asyncio.wait(
                server.server_state.tasks, timeout=server.config.timeout_graceful_shutdown
            )
            for task in unfinished:
                task.cancel()
