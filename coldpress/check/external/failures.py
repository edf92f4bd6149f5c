"""What a failure to get an answer says of a link."""

from __future__ import annotations

import asyncio
import socket
import ssl

from coldpress.check.external.outcomes import Outcome
from coldpress.check.external.request import BadAnswerError, BadUrlError


def outcome_of_failure(reason: Exception) -> Outcome:
    """Returns what a failed request says.  What may work for the next one who asks is unclear."""
    if isinstance(reason, BadUrlError):
        return Outcome("broken", f"is no URL that can be asked: {reason}")
    if isinstance(reason, TimeoutError):
        return Outcome("unclear", "does not answer in time")
    if isinstance(reason, BadAnswerError | asyncio.IncompleteReadError):
        return Outcome("unclear", f"does not answer as a web server: {reason}")
    if isinstance(reason, ssl.SSLCertVerificationError):
        why = getattr(reason, "verify_message", "it is not valid")
        return Outcome("broken", f"has a certificate that browsers refuse: {why}")
    if isinstance(reason, ssl.SSLError):
        why = getattr(reason, "reason", None) or "it fails"
        return Outcome("broken", f"cannot be read over TLS: {why.lower().replace('_', ' ')}")
    if isinstance(reason, socket.gaierror):
        is_unknown = reason.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        return Outcome("broken" if is_unknown else "unclear",
                       "has a host that does not exist" if is_unknown else "has a host whose name cannot be looked up")
    if isinstance(reason, ConnectionRefusedError):
        return Outcome("broken", "has a host that refuses connections")
    if isinstance(reason, ConnectionError):
        return Outcome("unclear", "closes the connection without an answer")
    return Outcome("unclear", "cannot be reached")
