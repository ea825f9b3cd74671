"""A real SMTP server and a real HTTP server that hear what the notifier says."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks.webhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of the published test vector


@dataclass
class Mailbox:
    """An SMTP server: it answers mails with `answers` in turn, then with 250."""

    answers: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take one mail; the name is prescribed by aiosmtpd."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            content = envelope.original_content or b""
            self.mails.append(message_from_bytes(content, policy=policy.default))
            self.recipients += envelope.rcpt_tos
            self.sessions.add(id(session))
        return answer

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Listen on a free port."""
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(self), "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]


@dataclass
class Hook:
    """An HTTP server: it answers `statuses` in turn, then 204; it keeps what was properly signed."""

    statuses: list[int] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    followed: int = 0
    arrived: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    hang: asyncio.Event | None = None

    async def receive(self, request: Request) -> Response:
        """Verify and keep one webhook. The first one is held back while `hang` is not set."""
        body = await request.body()
        content = Webhook(SECRET).verify(body, dict(request.headers))
        if self.hang and not self.ids:
            self.ids.append(request.headers["webhook-id"])
            await self.hang.wait()
        self.ids.append(request.headers["webhook-id"])
        self.bodies.append(content)
        self.arrived.release()
        return Response(
            status_code=self.statuses.pop(0) if self.statuses else 204, headers={"location": "/other"}
        )

    async def other(self, request: Request) -> Response:
        """Where a redirect would lead."""
        self.followed += 1
        return Response(status_code=204)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Listen on a free port."""
        routes = [
            Route("/hook", self.receive, methods=["POST"]),
            Route("/other", self.other, methods=["POST"]),
        ]
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="warning"))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            yield listener.getsockname()[1]
            server.should_exit = True
            await serving
