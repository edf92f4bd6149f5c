"""Asks for links to other sites: several hosts at once, each host slowly, and only what may be asked."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin

from coldpress.check.external.addresses import BAD_PORTS, allowed, names_private
from coldpress.check.external.failures import outcome_of_failure
from coldpress.check.external.outcomes import Outcome, outcome_of_status
from coldpress.check.external.request import Address, Answer, BadAnswerError, BadUrlError, address_of, ask

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_REDIRECTS = (301, 302, 303, 307, 308)
_FOR_GOOD = (301, 308)
_BUSY = (429, 503)
_MOST_HOPS = 10
_MOST_ADDRESSES = 2  # of one host that are tried


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often is asked: seconds for one request, requests at once, requests at once and seconds between
    two to one host, seconds to wait for a host that asks for a pause, and failures after which a host is left alone."""

    seconds: float = 20
    at_once: int = 16
    at_host: int = 2
    pause: float = 0.25
    longest_wait: float = 30
    usual_wait: float = 5
    failures: int = 3


LIMITS = Limits()


class _PrivateError(Exception):
    """A host with private addresses, which nothing allows to ask."""


class _ClosedError(Exception):
    """A host that is not asked any more; the message says why."""


class _Host:
    """What is known of one host, and whose turn it is to ask it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turns = asyncio.Semaphore(limits.at_host)
        self._next = 0.0
        self.addresses: asyncio.Future[list[str]] | None = None
        self.refuses_head = False
        self.closed = ""
        self.failures = 0
        self.is_busy = False

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits for a turn to ask the host."""
        async with self._turns:
            now = time.monotonic()
            begin = max(now, self._next)
            self._next = begin + self._limits.pause
            await asyncio.sleep(begin - now)
            if self.closed:
                raise _ClosedError(self.closed)
            yield

    def wait(self, seconds: float) -> None:
        """Lets nobody ask the host for some seconds."""
        self._next = max(self._next, time.monotonic() + seconds)

    def failed(self) -> None:
        """Counts a failure; after some in a row, the host is left alone."""
        self.failures += 1
        if self.failures >= self._limits.failures:
            self.closed = f"did not answer {self.failures} times"


class Asker:
    """Asks for links.  `private_hosts` are the hosts that may have private addresses; `told` is called with each URL
    that is done."""

    def __init__(self, private_hosts: Collection[str] = (), limits: Limits = LIMITS,
                 told: Callable[[str], None] = lambda _: None) -> None:
        self._private_hosts = frozenset(private_hosts)
        self._limits = limits
        self._told = told
        self._hosts: dict[str, _Host] = {}
        self._context = ssl.create_default_context()
        self.outcomes: dict[str, Outcome] = {}

    def ask_all(self, links: Mapping[str, bool]) -> dict[str, Outcome]:
        """Asks for URLs; the value of each tells whether it may lead to a private address that its host names.  Returns
        what is known of each; if it is interrupted, `outcomes` has those that are done."""
        if links:
            asyncio.run(self._ask_all(links))
        return self.outcomes

    async def _ask_all(self, links: Mapping[str, bool]) -> None:
        # What asyncio tells of connections that end badly is told as the outcome of a link.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        self._at_once = asyncio.Semaphore(self._limits.at_once)
        queues: dict[str, deque[str]] = {}
        for url in links:
            queues.setdefault(_host_of(url), deque()).append(url)
        await asyncio.gather(*(self._work(queue, links) for queue in queues.values()
                               for _ in range(min(self._limits.at_host, len(queue)))))

    async def _work(self, queue: deque[str], links: Mapping[str, bool]) -> None:
        """Asks for URLs of one host until there are none."""
        while queue:
            url = queue.popleft()
            self.outcomes[url] = await self._outcome(url, may_be_private=links[url])
            self._told(url)

    async def _outcome(self, url: str, *, may_be_private: bool) -> Outcome:
        try:
            found = await self._follow(url, may_be_private=may_be_private)
        except _PrivateError as reason:
            return Outcome("private", f"leads to a private address, which is not asked: `{reason}`")
        except _ClosedError as reason:
            return Outcome("unclear", f"is not asked, as its host {reason}")
        except (OSError, BadAnswerError, BadUrlError, asyncio.IncompleteReadError) as reason:
            found = outcome_of_failure(reason)
        if found.kind == "broken" and names_private(_host_of(url)):
            return Outcome("unclear", f"{found.says}; its address is private, and each reader has another one there")
        return found

    async def _follow(self, url: str, *, may_be_private: bool) -> Outcome:
        """Follows a URL to its last answer."""
        first, seen, moved_to, for_good, has_cookies = address_of(url), {""}, "", True, False
        while url not in seen and len(seen) <= _MOST_HOPS:
            seen.add(url)
            wanted = address_of(url)
            if wanted.port in BAD_PORTS:
                return Outcome("broken", f"leads to port {wanted.port}, which browsers refuse")
            answer = await self._answer(wanted, is_named=may_be_private and (
                wanted.host, wanted.port) == (first.host, first.port))
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                found = outcome_of_status(answer.status)
                return Outcome("moved", "has moved for good", moved_to) if found.kind == "good" and moved_to else found
            has_cookies = has_cookies or "set-cookie" in answer.headers
            try:
                url = urldefrag(urljoin(url, location))[0]
            except ValueError:
                raise BadUrlError("it redirects to what is no URL") from None
            for_good = for_good and answer.status in _FOR_GOOD
            moved_to = url if for_good else moved_to
        # With cookies, which a browser keeps, it may end.
        return Outcome("unclear" if has_cookies else "broken", "redirects in a circle" if url in seen else
                       f"redirects more than {_MOST_HOPS} times")

    async def _answer(self, wanted: Address, *, is_named: bool) -> Answer:
        """Asks with HEAD, and with GET where that gives nothing certain."""
        host = self._hosts.setdefault(wanted.host, _Host(self._limits))
        addresses = await self._addresses(host, wanted, is_named=is_named)
        if not host.refuses_head:
            try:
                answer = await self._patient(host, "HEAD", wanted, addresses)
                if answer.status < 400 or answer.status == 429:
                    return answer
            except (ConnectionRefusedError, ssl.SSLError):
                raise
            except (OSError, BadAnswerError, asyncio.IncompleteReadError):
                pass
        head_failed = not host.refuses_head
        answer = await self._patient(host, "GET", wanted, addresses)
        host.refuses_head = host.refuses_head or (head_failed and answer.status < 400)
        return answer

    async def _patient(self, host: _Host, method: str, wanted: Address, addresses: list[str]) -> Answer:
        """Asks; if the host is busy, once more after the pause that it wants."""
        for _ in range(2):
            answer = await self._ask(host, method, wanted, addresses)
            if answer.status not in _BUSY or (answer.status == 503 and "retry-after" not in answer.headers):
                host.is_busy = False
                return answer
            seconds = seconds_of(answer.headers.get("retry-after", ""), self._limits.usual_wait)
            if host.is_busy or seconds > self._limits.longest_wait:
                host.closed = f"answers {answer.status}: it wants to be left alone"
                return answer
            host.is_busy = True
            host.wait(seconds)
        return answer

    async def _ask(self, host: _Host, method: str, wanted: Address, addresses: list[str]) -> Answer:
        """Asks one of the addresses of a host."""
        async with host.turn(), self._at_once:
            try:
                async with asyncio.timeout(self._limits.seconds):
                    for number, address in enumerate(addresses, 1):
                        try:
                            answer = await ask(method, wanted, address, self._context)
                        except (ConnectionError, ssl.SSLError):
                            raise
                        except OSError:  # there may be no way to it, as to one of IPv6
                            if number == len(addresses):
                                raise
                        else:
                            host.failures = 0
                            return answer
            except (TimeoutError, ConnectionResetError, BadAnswerError, asyncio.IncompleteReadError):
                host.failed()
                raise
        raise BadUrlError("it has no host")

    async def _addresses(self, host: _Host, wanted: Address, *, is_named: bool) -> list[str]:
        """Returns the addresses of a host that may be asked.  A name is looked up once, so that it cannot become
        another address after it was looked at."""
        if host.addresses is None:
            host.addresses = asyncio.ensure_future(self._look_up(wanted))
        try:
            found = await asyncio.shield(host.addresses)
        except UnicodeError:
            raise BadUrlError("it has no valid host") from None
        except OSError:
            if not wanted.proxy or names_private(wanted.host):
                raise
            return [""]  # the proxy looks it up
        open_ones = allowed(wanted.host, found, is_named=is_named, private_hosts=self._private_hosts)
        if not open_ones:
            raise _PrivateError(wanted.host)
        return open_ones[:_MOST_ADDRESSES]

    async def _look_up(self, wanted: Address) -> list[str]:
        async with asyncio.timeout(self._limits.seconds):
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(wanted.host, wanted.port, type=socket.SOCK_STREAM)
        found.sort(key=lambda each: each[0] != socket.AF_INET)  # to IPv6 there is not always a way
        return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _host_of(url: str) -> str:
    try:
        return address_of(url).host
    except BadUrlError:
        return ""


def seconds_of(text: str, usual: float) -> float:
    """Returns the seconds that `Retry-After` says, as a number or as a date."""
    if re.fullmatch(r"[0-9]+", text.strip()):
        return float(text.strip()[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return usual
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
