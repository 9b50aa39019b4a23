"""Mail by the operator's own server: plain text, one inbox at a time, over TLS unless the settings say otherwise."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from fieldapp.errors import Problem
from fieldapp.settings import Settings

TIMEOUT_S = 20
Send = Callable[[str, str, str, datetime], None]


def sender_of(settings: Settings) -> Send | None:
    """`send(to, subject, text, now)`, or None where no mail server is set."""
    if not settings.smtp_host or not settings.smtp_from:
        return None
    return lambda to, subject, text, now: send(to, subject, text, settings=settings, now=now)


def send(to: str, subject: str, text: str, *, settings: Settings, now: datetime) -> None:
    """Hand one message to the server; raises Problem `mail_failed`, which never holds an address."""
    message = EmailMessage()
    message["From"] = Address(display_name="Fieldapp", addr_spec=settings.smtp_from)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=settings.smtp_from.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        _deliver(message, settings)
    except (OSError, smtplib.SMTPException) as error:
        raise Problem("mail_failed") from error


def _deliver(message: EmailMessage, settings: Settings) -> None:
    context = ssl.create_default_context()
    if settings.smtp_tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S, context=context
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S)
    with server:
        if settings.smtp_tls == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)
