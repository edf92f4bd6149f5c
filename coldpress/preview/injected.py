"""The client in a page: its element, the problems in it, and its script."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path

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
