"""Server-sent events: what the server tells the pages that are open.

The format is that of the HTML standard, 9.2.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
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
        """Let all go."""
        for subscriber in self.everyone():
            subscriber.tell(_END)
