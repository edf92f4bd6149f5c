"""Terminal sessions: what was typed apart from the prompts and what came out.

Pygments takes any line for a command that begins with `$`, `#` or `%`, such as
a heading or a price in the output; here the session's own prompt decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pygments.lexer import Lexer
from pygments.lexers.shell import BashLexer
from pygments.token import Generic, _TokenType

_PROMPT = re.compile(r"""
    (?P<who>(?:\([^()\n]+\)[ ]?)?                              # (venv)
      (?:[\w.-]+@[^\s$\#%❯➜]+(?:[ ][^\s$\#%❯➜]+)?[ ]?          # user@host:~
        | \[[^\]\n]+\][ ]? | (?:ba|z|k)?sh(?:-[\d.]+)? | [~/][^\s$\#%❯➜]*[ ]?)?)
    (?P<sign>[$\#%❯➜])(?:[ ]+|(?=\n|\Z))
""", re.X)
_MORE = "> "  # before the next line of one command


class Session(Lexer):
    """Lexes commands as shell, a line at a time; what is before them as prompts,
    all else as output."""

    name = "Terminal session"

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        """The tokens with their places."""
        sign, position = _own_sign(text), 0
        goes_on = False
        for line in text.splitlines(keepends=True):
            prompt = _prompt(line, sign, goes_on=goes_on)
            goes_on = prompt is not None and line.endswith("\\\n")
            if prompt is None:
                yield position, Generic.Output, line
            else:
                yield position, Generic.Prompt, prompt
                for offset, kind, value in BashLexer().get_tokens_unprocessed(line[len(prompt):]):
                    yield position + len(prompt) + offset, kind, value
            position += len(line)


def begins_session(text: str) -> bool:
    """Whether what is called shell code is a session: `$ ls` is no command."""
    return text.lstrip("\n").startswith("$ ")


def _own_sign(text: str) -> str:
    """The sign that is a prompt by itself here: `#` only where there is no other."""
    for sign in "$%❯➜":
        if re.search(rf"^{re.escape(sign)}(?: |$)", text, re.M):
            return sign
    return "#"


def _prompt(line: str, sign: str, *, goes_on: bool) -> str | None:
    """What a line has before its command; None where it holds none."""
    found = _PROMPT.match(line)
    if found and (found["who"] or found["sign"] == sign):
        return found[0]
    if goes_on:
        return _MORE if line.startswith(_MORE) else ""
    return None
