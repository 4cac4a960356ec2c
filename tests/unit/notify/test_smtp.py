"""E-mail through a real SMTP server on loopback (S0-83, fault 30)."""

import asyncio
import email
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.policy import default
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from assay.agents.notify.senders import MailSender
from assay.agents.notify.smtp import Mailer
from assay.pipeline.notify.answer import Answer, Delivered, Failed, Reason, Refused
from assay.pipeline.policy.notifications import Email, MailTls, SecretPlace, SecretRef

from .conftest import LOOPBACK
from .test_builders import hostile, message

PASSWORD = SecretRef(SecretPlace.ENV, "ASSAY_NOTIFY_MAIL_PASSWORD")


@dataclass
class Mailbox:
    """Takes mail; says what it is told to say."""

    answer: str = "250 OK"
    refused: str = ""
    got: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address == self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        assert isinstance(envelope.content, bytes)
        self.got.append(envelope.content)
        return self.answer


@asynccontextmanager
async def mail_server(mailbox: Mailbox, **options: Any) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    implicit = options.pop("implicit", None)
    servers: list[SMTP] = []

    def new() -> SMTP:
        servers.append(SMTP(mailbox, loop=loop, hostname="mail.example.com", **options))
        return servers[-1]

    server = await loop.create_server(new, "127.0.0.1", 0, ssl=implicit)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for one in servers:
            if isinstance(one.transport, asyncio.WriteTransport):
                one.transport.abort()
        tasks = [one._handler_coroutine for one in servers if one._handler_coroutine is not None]
        await asyncio.gather(*tasks, return_exceptions=True)


def server(port: int, **changes: Any) -> Email:
    settings: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "tls": MailTls.NONE,
        "sender": "assay@example.com",
        "to": ("a@example.com", "b@example.com"),
    }
    return Email(**{**settings, **changes})


async def send(port: int, mailer: dict[str, Any] | None = None, **changes: Any) -> Answer:
    options: dict[str, Any] = {"allowed": LOOPBACK, "timeout_s": 5.0, **(mailer or {})}
    return await MailSender(Mailer(server(port, **changes), **options)).send(message())


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_a_mail_arrives_with_everything_in_it() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as port:
        assert await send(port) == Delivered(status=250)
    mail = email.message_from_bytes(mailbox.got[0], policy=default)
    assert mail["Subject"].startswith("[P0] security.pii_email, tenant acme, 14 traces")
    assert "assay issues ack 0123456789abcdef" in mail.get_content()


async def test_every_message_can_be_mailed() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as port:
        sender = MailSender(Mailer(server(port), allowed=LOOPBACK))
        answers = [await sender.send(one) for one in hostile()]
    assert answers == [Delivered(status=250)] * len(answers)


@pytest.mark.parametrize(
    ("says", "answer"),
    [
        ("451 try later", Failed(Reason.SERVER_ERROR, 451)),
        ("421 closing", Failed(Reason.SERVER_ERROR, 421)),
        ("554 no", Refused(Reason.REFUSED, 554)),
    ],
)
async def test_what_the_server_says_of_the_mail(says: str, answer: Answer) -> None:
    async with mail_server(Mailbox(answer=says)) as port:
        assert await send(port) == answer


async def test_a_mailbox_that_does_not_exist_keeps_the_mail_from_nobody_else() -> None:
    mailbox = Mailbox(refused="b@example.com")
    async with mail_server(mailbox) as port:
        assert await send(port) == Delivered(Reason.PARTLY_ACCEPTED, 250)
        assert await send(port, to=("b@example.com",)) == Refused(Reason.REFUSED, 550)
    assert len(mailbox.got) == 1


async def test_with_starttls_and_a_password(server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    def check(_server: object, _session: object, _envelope: object, _kind: object, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password == b"geheim"
        return AuthResult(success=right, handled=False)

    mailbox = Mailbox()
    options = {"authenticator": check, "auth_required": True, "tls_context": server_tls}
    changes = {"tls": MailTls.STARTTLS, "username": "assay", "password": PASSWORD}
    async with mail_server(mailbox, **options) as port:
        right = {"password": SecretStr("geheim"), "tls": trusting}
        assert await send(port, right, **changes) == Delivered(status=250)
        wrong = {"password": SecretStr("falsch"), "tls": trusting}
        assert await send(port, wrong, **changes) == Refused(Reason.REFUSED, 535)
    assert len(mailbox.got) == 1


async def test_a_server_without_starttls_gets_no_mail_in_the_clear() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as port:
        assert await send(port, tls=MailTls.STARTTLS) == Refused(Reason.REFUSED)
    assert not mailbox.got


async def test_a_server_that_nobody_vouches_for_gets_none_either(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox, implicit=server_tls) as port:
        assert await send(port, {"tls": trusting}, tls=MailTls.TLS) == Delivered(status=250)
        assert await send(port, tls=MailTls.TLS) == Failed(Reason.TLS_FAILED)
    assert len(mailbox.got) == 1


async def test_a_server_that_is_down_or_silent_is_tried_later() -> None:
    async with mail_server(Mailbox()) as port:
        pass
    assert await send(port) == Failed(Reason.UNREACHABLE)
    done = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    quiet = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = quiet.sockets[0].getsockname()[1]
    assert await send(port, {"timeout_s": 0.1}) == Failed(Reason.TIMED_OUT)
    done.set()
    quiet.close()


async def test_a_server_inside_is_reached_only_where_the_channel_says_so() -> None:
    async with mail_server(Mailbox()) as port:
        assert await send(port, {"allowed": ()}) == Refused(Reason.ADDRESS_FORBIDDEN)
