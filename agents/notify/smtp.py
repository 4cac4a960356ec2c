"""One mail to one server, at an address that was checked."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib
from pydantic import SecretStr

from assay.pipeline.notify.answer import Answer, Delivered, Failed, Reason, Refused
from assay.pipeline.policy.notifications import Email, MailTls, Network

from .guard import ForbiddenAddressError, UnknownNameError, checked_addresses

TIMEOUT_S = 20.0
"""For all of it: mail servers make strangers wait."""
_PERMANENT = range(500, 600)


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends mail through the server of one channel; a new connection each time."""

    server: Email
    password: SecretStr | None = None
    allowed: Sequence[Network] = ()
    timeout_s: float = TIMEOUT_S
    tls: ssl.SSLContext | None = None

    async def send(self, mail: EmailMessage) -> Answer:
        """What came of it. Raises nothing; an unknown outcome (a timeout) is a failure."""
        try:
            async with asyncio.timeout(self.timeout_s):
                return await self._send(mail)
        except ForbiddenAddressError:
            return Refused(Reason.ADDRESS_FORBIDDEN)
        except UnknownNameError:
            return Failed(Reason.NAME_UNKNOWN)
        except TimeoutError:
            return Failed(Reason.TIMED_OUT)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _answer(max(one.code for one in error.recipients))
        except aiosmtplib.SMTPResponseException as error:
            return _answer(error.code)
        except (aiosmtplib.SMTPException, OSError) as error:
            return _failure(error)

    async def _send(self, mail: EmailMessage) -> Answer:
        server = self.server
        refused, _ = await aiosmtplib.send(
            mail,
            recipients=list(server.to),
            hostname=server.host,  # for TLS; the connection is this one
            sock=await self._connected(),
            username=server.username,
            password=None if self.password is None else self.password.get_secret_value(),
            # What it says it is called; the machine's own name would cost a lookup.
            local_hostname=server.sender.rpartition("@")[2],
            use_tls=server.tls is MailTls.TLS,
            start_tls=server.tls is MailTls.STARTTLS,
            tls_context=self.tls,
            timeout=self.timeout_s,
        )
        return Delivered(Reason.PARTLY_ACCEPTED if refused else Reason.ACCEPTED, 250)

    async def _connected(self) -> socket.socket:
        """Raises ``OSError`` when none of the addresses answers."""
        failure: OSError = UnknownNameError("the name has no address")
        for family, address in await checked_addresses(self.server.host, self.server.port, self.allowed):
            connection = socket.socket(family, socket.SOCK_STREAM)
            connection.setblocking(False)  # noqa: FBT003 - socket's signature
            try:
                await asyncio.get_running_loop().sock_connect(connection, (address, self.server.port))
            except BaseException as error:
                with suppress(OSError):
                    connection.close()
                if not isinstance(error, OSError):
                    raise
                failure = error
            else:
                return connection
        raise failure


def _failure(error: aiosmtplib.SMTPException | OSError) -> Answer:
    if any(isinstance(one, ssl.SSLError) for one in (error, error.__cause__, error.__context__)):
        return Failed(Reason.TLS_FAILED)
    if isinstance(error, OSError):  # those of aiosmtplib that a connection causes are such
        return Failed(Reason.UNREACHABLE)
    return Refused(Reason.REFUSED)  # it lacks what was asked for: STARTTLS, a login


def _answer(code: int) -> Answer:
    return Refused(Reason.REFUSED, code) if code in _PERMANENT else Failed(Reason.SERVER_ERROR, code)
