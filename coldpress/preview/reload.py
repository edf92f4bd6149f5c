"""Live reload: the event channel, and the script that is injected into a page."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from markupsafe import Markup

from coldpress.preview.overlay import TEMPLATES

Event = tuple[str, Any]
_BEAT = 10.0  # seconds after which an empty line is sent, to notice closed pages
_END: Event = ("end", None)


class Subscriber:
    """An open page: `render` identifies the response it shows, `tab` the browser's tab."""

    def __init__(self, tab: str, render: str) -> None:
        self.tab = tab
        self.render = render
        self._events: SimpleQueue[Event] = SimpleQueue()

    def tell(self, event: Event) -> None:
        """Sends an event: its name, and data for JSON."""
        self._events.put(event)

    def lines(self) -> Iterator[bytes]:
        """Yields the lines of the event stream until the page is closed."""
        yield b"retry: 300\n\n"
        while True:
            try:
                event = self._events.get(timeout=_BEAT)
            except Empty:
                yield b":\n\n"
                continue
            if event is _END:
                return
            name, data = event
            yield f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


class Channel:
    """Holds all open pages; of each tab only the last one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tabs: dict[str, Subscriber] = {}

    def join(self, tab: str, render: str) -> Subscriber:
        """Adds a page, which receives events from now on."""
        subscriber = Subscriber(tab, render)
        with self._lock:
            before = self._tabs.pop(tab, None)
            self._tabs[tab] = subscriber
        if before:
            before.tell(_END)
        return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """Removes a page that was closed."""
        with self._lock:
            if self._tabs.get(subscriber.tab) is subscriber:
                del self._tabs[subscriber.tab]

    def everyone(self) -> list[Subscriber]:
        """Returns the open pages."""
        with self._lock:
            return list(self._tabs.values())

    def close(self) -> None:
        """Ends the event streams of all open pages."""
        for subscriber in self.everyone():
            subscriber.tell(_END)


CLIENT = Path(__file__).parent / "client"


def inject_client(html: bytes, base: str, ident: str, problems: Markup) -> bytes:
    """Adds the client before the end of a page's body.  `base` is the path of the
    preview's own URLs."""
    client = TEMPLATES.get_template("client.html").render(
        base=base, ident=ident, problems=problems, version=version).encode()
    end = html.lower().rfind(b"</body")
    return html + client if end < 0 else html[:end] + client + html[end:]


@cache
def version(name: str) -> str:
    """Returns a digest of one of the client's files."""
    return blake2b((CLIENT / name).read_bytes(), digest_size=4).hexdigest()
