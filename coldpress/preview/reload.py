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

Event = tuple[str, Any]
_BEAT = 10.0  # seconds after which a line is sent, to find out who has gone
_END: Event = ("end", None)


class Subscriber:
    """One open page: `render` names what it shows, `tab` the browser's tab."""

    def __init__(self, tab: str, render: str) -> None:
        self.tab = tab
        self.render = render
        self._events: SimpleQueue[Event] = SimpleQueue()

    def tell(self, event: Event) -> None:
        """Send an event: its name, and data that JSON can hold."""
        self._events.put(event)

    def lines(self) -> Iterator[bytes]:
        """The stream, until the page goes."""
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
    """All pages that are open; of each tab only the last one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tabs: dict[str, Subscriber] = {}

    def join(self, tab: str, render: str) -> Subscriber:
        """A page that listens from now on."""
        subscriber = Subscriber(tab, render)
        with self._lock:
            before = self._tabs.pop(tab, None)
            self._tabs[tab] = subscriber
        if before:
            before.tell(_END)
        return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """A page that has gone."""
        with self._lock:
            if self._tabs.get(subscriber.tab) is subscriber:
                del self._tabs[subscriber.tab]

    def everyone(self) -> list[Subscriber]:
        """Who listens now."""
        with self._lock:
            return list(self._tabs.values())

    def close(self) -> None:
        """Ends the event streams of all open pages."""
        for subscriber in self.everyone():
            subscriber.tell(_END)


CLIENT = Path(__file__).parent / "client"


def with_client(html: bytes, below: str, ident: str, overlay: str) -> bytes:
    """A page with the client before the end of its body.  `below` is the path of
    what is the preview's own; problems stand in the page itself, in a shadow
    root, so that they are seen without a script and untouched by its styles."""
    client = (f'<coldpress-preview data-render="{ident}"><template shadowrootmode="open">'
              f'<link rel="stylesheet" href="{below}preview.css?v={version("preview.css")}">'
              f"<div data-overlay>{overlay}</div></template></coldpress-preview>"
              f'<script type="module" src="{below}preview.js?v={version("preview.js")}"></script>').encode()
    end = html.lower().rfind(b"</body")
    return html + client if end < 0 else html[:end] + client + html[end:]


@cache
def version(name: str) -> str:
    """A digest of one of the client's files."""
    return blake2b((CLIENT / name).read_bytes(), digest_size=4).hexdigest()
