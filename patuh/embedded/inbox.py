"""A local inbox for demos and tests: it catches mail and signed webhooks, and delivers nothing further.

    python -m patuh.embedded.inbox --dir D --smtp-port P --http-port Q --webhook-secret S

Mails become `D/mail/<n>.eml` as they came, with the recipients of the envelope in front (`X-RcptTo`).
Webhooks are POSTed to `/webhook` and must carry a Standard Webhooks signature: accepted ones are appended to
`D/webhooks.jsonl` as `{"headers": {...}, "body": ...}`, others get 401.
"""

import json
import os
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SECRET_VARIABLE = "PATUH_INBOX_WEBHOOK_SECRET"


class MailFolder:
    """An SMTP handler that numbers mails from 1 on, continuing after those already in the folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._count = max((int(mail.stem) for mail in folder.glob("*.eml")), default=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep one mail; the name is prescribed by aiosmtpd."""
        self._count += 1
        recipients = f"X-RcptTo: {', '.join(envelope.rcpt_tos)}\r\n".encode()
        unfinished = self._folder / f"{self._count}.part"
        unfinished.write_bytes(recipients + (envelope.original_content or b""))
        unfinished.rename(unfinished.with_suffix(".eml"))
        return "250 OK"


def webhook_app(file: Path, secret: str) -> Starlette:
    """The HTTP side: `POST /webhook` and `GET /health`."""
    signed = Webhook(secret)

    async def receive(request: Request) -> Response:
        body = await request.body()
        headers = dict(request.headers)
        try:
            content = signed.verify(body, headers)
        except (WebhookVerificationError, ValueError) as refusal:  # ValueError: a malformed signature or body
            return JSONResponse({"detail": str(refusal)}, status_code=401)
        _append(file, {"headers": headers, "body": content})
        return Response(status_code=204)

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/webhook", receive, methods=["POST"]), Route("/health", health)])


def _append(file: Path, record: dict[str, object]) -> None:
    with file.open("a") as lines:
        lines.write(json.dumps(record) + "\n")


def main(
    dir: Annotated[Path, typer.Option(help="where mails and webhooks are kept")],
    smtp_port: Annotated[int, typer.Option(help="listens on 127.0.0.1")],
    http_port: Annotated[int, typer.Option(help="listens on 127.0.0.1")],
    webhook_secret: Annotated[str, typer.Option(envvar=SECRET_VARIABLE, help="whsec_...")],
) -> None:
    """Catch mail and signed webhooks until stopped."""
    mail = Controller(MailFolder(dir / "mail"), hostname="127.0.0.1", port=smtp_port)
    mail.start()
    try:
        app = webhook_app(dir / "webhooks.jsonl", webhook_secret)
        uvicorn.run(app, host="127.0.0.1", port=http_port, log_level="warning")
    finally:
        mail.stop()


if __name__ == "__main__":
    os.umask(0o077)
    typer.run(main)
