"""Parses mappings that people write in YAML or TOML, and finds the place of each key.

Used for `config.yaml` and for front matter.  Handles what PyYAML accepts but
should not: duplicate keys, dates that do not exist, values that contain
themselves, `No` as a boolean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from coldpress.errors import ColdpressError, Place, Problem
from coldpress.text import CONTROLS

SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is 8 times faster
_MAX_DEPTH = 100  # how deep values may be nested
_MAX_NODES = 100_000  # number of values, with aliases expanded
_MAX_DIGITS = 1_000  # digits of an integer
_MOST_NUMBER = 10 ** _MAX_DIGITS
_TOO_DEEP, TOO_LONG = "this is nested too deep", f"this number has more than {_MAX_DIGITS} digits"
_LONG_NUMBER = re.compile(rf"(?<![\w.])[-+]?\d[\d_]{{{_MAX_DIGITS},}}")
_LIKE_THE_OTHERS = "indent it like the other keys"
_QUOTES = {"'": "''", '"': '\\"'}
_VALUE = re.compile(r":\s|^\s*-\s")  # before a colon: the line has a value already, or is an item
# A key whose colon YAML does not take for one: it is full-width, or no space is after it.
_NO_COLON = re.compile(r"^ *(?:- +)?[^\W\d][\w-]* *(：|:(?=[^\s:/]))", re.M)
# Texts that may be nested too deep for libyaml's stack.  Their events are counted first.
_MAYBE_DEEP = re.compile(r"^[-? ]{100}", re.M)


class _Loader(SafeLoader):  # type: ignore[misc]  # chosen at run time
    """Loads YAML as its authors expect: booleans of YAML 1.2, no base-60 numbers, no duplicate keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            mark = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else None
            if mark in seen and key.value != "<<":
                raise yaml.constructor.ConstructorError(
                    None, None, f"key `{key.value}` stands here twice", key.start_mark, "keep one of them")
            if mark:
                seen.add(mark)
        result: dict[Any, Any] = super().construct_mapping(node, deep)
        return result

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError) as reason:  # `2024-02-30`
            said, text = str(node.value), str(reason).partition(",")[0]
            raise yaml.constructor.ConstructorError(
                None, None, text if len(said) > _MAX_DEPTH else f"`{said}`: {text}", node.start_mark,
                "write a date that exists, or put quotes round a text" if node.tag.endswith("timestamp") else None
                ) from None
        except (AttributeError, LookupError, TypeError):  # `!!timestamp soon`
            raise yaml.constructor.ConstructorError(
                None, None, f"this is no `{node.tag.rpartition(':')[2]}`", node.start_mark) from None


def _resolvers() -> dict[Any, list[tuple[str, re.Pattern[str]]]]:
    plain = {
        first: [pair for pair in pairs if pair[0].rpartition(":")[2] not in ("bool", "int", "float")]
        for first, pairs in SafeLoader.yaml_implicit_resolvers.items()
    }
    for tag, pattern, firsts in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
        ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)"
                  r"|\.(?:nan|NaN|NAN)", "-+.0123456789"),
    ):
        regexp = re.compile(f"(?:{pattern})\\Z")
        for first in firsts:
            plain.setdefault(first, []).append((f"tag:yaml.org,2002:{tag}", regexp))
    return plain


def _construct_int(loader: Any, node: yaml.ScalarNode) -> int:
    text = node.value
    if len(text) > _MAX_DIGITS + 1:
        raise ValueError(TOO_LONG)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


_Loader.yaml_implicit_resolvers = _resolvers()
_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)


class _WrittenFloat(float):
    """A float that is printed as it is written in the file: `1.10`."""

    text: str

    def __new__(cls, text: str) -> _WrittenFloat:
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text


class Params(dict[str, Any]):
    """The author's own keys, as written.  A missing key is None."""

    def __missing__(self, key: str) -> None:
        return None


class MappingText:
    """The text of one mapping in a file.  The mapping begins on line `first_line`."""

    def __init__(self, text: str, path: str, syntax: str = "yaml", first_line: int = 1) -> None:
        self.text = text
        self.path = path
        self.syntax = syntax
        self.first_line = first_line
        # Only YAML treats these as line ends.
        self._yaml = re.sub("[\u2028\u2029\x85]", " ", text)
        self._node: Any = None

    def parse(self) -> dict[str, Any]:
        """Returns the mapping, with texts as keys.  Raises `ColdpressError` with the place of an error."""
        data = self.value()
        if data is None:
            return {}
        if not isinstance(data, Mapping):
            start = len(self.text) - len(self.text.lstrip())
            raise (self._colon_error(start) if isinstance(data, str) else None) or self._error(
                f"this is {_kind(data)}, not `key: value` lines", start)
        written = {str(key): value for key, value in data.items()}
        return _without_controls(written) if "\\" in self.text else written  # type: ignore[return-value]

    def value(self) -> Any:
        """Returns the value, which may be of any type.  Raises `ColdpressError` as `parse` does."""
        value = self._parse_toml() if self.syntax == "toml" else self._parse_yaml()
        for key, inner in value.items() if isinstance(value, dict) else [(None, value)]:
            wrong = limit_problem(inner, 1)
            if wrong:
                place = self.place(str(key)) if key is not None else self._place(0, 1)
                raise ColdpressError(Problem(f"syntax.{self.syntax}", wrong, place))
        return value

    def place(self, *keys: str | int, length: int | None = None) -> Place:
        """Returns the place of a key or of a list item (an int); without keys, the place of the file."""
        if not keys:
            return Place(self.path)
        if self.syntax == "toml":
            found = re.search(rf"^[ \t]*(?:\[*\s*)({re.escape(str(keys[0]))})\b", self.text, re.M)
            return self._place(found.start(1) if found else 0, length or len(str(keys[0])))
        node = self._composed()
        found_at, width = 0, 1
        for key in keys:
            pair = _child(node, key)
            if pair is None:
                break
            label, node = pair
            found_at = label.start_mark.index
            width = max(1, label.end_mark.index - found_at) if isinstance(label, yaml.ScalarNode) else 1
        return self._place(found_at, length or width)

    def spelling(self, key: str) -> str | None:
        """Returns a top-level key as it is written, found without regard to case; None if it is missing."""
        if self.syntax == "toml":
            found = re.search(rf"^[ \t]*(?:\[+\s*)?({re.escape(key)})\b", self.text, re.M | re.I)
            return found[1] if found else None
        node = self._composed()
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        return next((label.value for label, _ in pairs
                     if isinstance(label, yaml.ScalarNode) and label.value.casefold() == key.casefold()), None)

    def raw(self, *keys: str | int) -> str | None:
        """Returns a scalar as it is written: `1.10`, not the number 1.1."""
        if self.syntax == "toml":
            if len(keys) > 1:
                return None
            found = re.search(rf"^[ \t]*{re.escape(str(keys[0]))}[ \t]*=([^#\n]*)", self.text, re.M)
            return found[1].strip(" \t") if found else None
        node = self._composed()
        for key in keys:
            pair = _child(node, key)
            if pair is None:
                return None
            node = pair[1]
        return node.value if isinstance(node, yaml.ScalarNode) else None

    def _composed(self) -> Any:
        if self._node is None:
            self._node = yaml.compose(self._yaml, Loader=_Loader)
        return self._node

    def _parse_yaml(self) -> Any:
        deep = _too_deep_at(self._yaml)
        if deep is not None:
            raise self._error(_TOO_DEEP, deep)
        try:
            loader = _Loader(self._yaml)
            try:
                node = loader.get_single_node()
                if node is None:
                    return None
                if "*" in self.text:
                    self._check_aliases(node)
                return loader.construct_document(node)
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as reason:
            raise (self._colon_error_before(reason) or self._yaml_error(reason)) from None
        except yaml.reader.ReaderError as reason:
            character = reason.character
            code = character if isinstance(character, int) else ord(character[:1] or "\0")
            raise self._error(
                f"the character U+{code:04X} is not allowed in YAML",
                max(self.text.find(chr(code)), 0)) from None
        except RecursionError:
            raise self._error(_TOO_DEEP, 0) from None

    def _yaml_error(self, reason: yaml.MarkedYAMLError) -> ColdpressError:
        mark = reason.problem_mark or reason.context_mark
        at = mark.index if mark else 0
        message = reason.problem or "this is not YAML"
        hint = reason.note
        if reason.context_mark and "flow" in (reason.context or ""):
            at, hint = reason.context_mark.index, "close it with `]` or `}`"
            at = at if self.text[at:].strip() else max(0, len(self.text.rstrip()) - 1)  # with any content
            message = "this is never closed, or a comma is missing"
        elif reason.context_mark and not self.text[at:].strip() and self.text[reason.context_mark.index:].strip():
            # An open bracket is not closed: the place is that of the bracket.
            at, hint = reason.context_mark.index, "close it, or put the whole value in quotes"
            message = "this quote is never closed" if self.text[at] in "\"'" else f"this is never closed: {message}"
        if "found a tab" in message or "'\\t' that cannot" in message:
            hint = "indent with spaces, not tabs"
        elif "another document" in message:
            message, hint = "there are two documents here", "leave one mapping"
        elif "cannot start any token" in message:
            at = min(at, max(len(self.text) - 1, 0))
            hint = "indent with spaces, not tabs" if self.text[at : at + 1] == "\t" else (
                "put quotes round a value that starts with this character")
        elif message == "found unhashable key":
            message = "a list or a mapping cannot be a key"
            hint = "put quotes round a value that starts with `{`" if self.text[at : at + 1] == "{" else None
        elif "could not determine a constructor" in message:
            message, hint = "a tag like `!name` has no meaning here", "put quotes round the value"
        elif hint is None:
            message, at, hint = self._explain_layout(message, at)
        return self._error(message, at, hint)

    def _colon_error_before(self, reason: yaml.MarkedYAMLError) -> ColdpressError | None:
        mark, message = reason.context_mark or reason.problem_mark, reason.problem or ""
        if mark and ("find expected ':'" in message or (
                "mapping values" in message and ": " not in self._line_before(mark.index))):
            return self._colon_error(mark.index)
        return None

    def _colon_error(self, at: int) -> ColdpressError | None:
        """Returns the error for a colon that is none in YAML, in the line at a position or above it."""
        above = self._yaml[: self._yaml.rfind("\n", 0, at) + 1].rstrip()
        start, end = above.rfind("\n") + 1, self._yaml.find("\n", at)
        found = _NO_COLON.search(self._yaml, start, end if end >= 0 else len(self._yaml))
        if not found:
            return None
        message = "no space is after this `:`" if found[1] == ":" else "this `：` is a full-width colon"
        return self._error(message, found.start(1), "write `:` and a space" + (
            "" if found[1] == ":" else ", not `：`"))

    def _line_before(self, at: int) -> str:
        return self._yaml[self._yaml.rfind("\n", 0, at) + 1 : at]

    def _explain_layout(self, message: str, at: int) -> tuple[str, int, str | None]:
        """Returns what is wrong with the lines at a position, the position of that, and a hint."""
        before = self._line_before(at)
        key = at - len(before.lstrip())
        if "mapping values are not allowed" in message:
            if before[:1] == " " and not _VALUE.search(before):  # the line is part of the value above it
                return "this line is indented, and the key above it has a value", key, _LIKE_THE_OTHERS
            return message, at, "put quotes round a value that holds `: `"
        if "expected '-'" in message:
            return "this list goes on with a line without `- `", at, "begin it with `- `, or indent it like a key"
        if "expected" not in message:
            return message, at, None
        if not before.strip():
            return "this line is not indented like the lines before it", at, _LIKE_THE_OTHERS
        if before[-1] in _QUOTES:
            return "the quotes end before this", at, f"write `{_QUOTES[before[-1]]}` for one that is part of the value"
        return message, at, "put quotes round the whole value"

    def _check_aliases(self, root: yaml.Node) -> None:
        budget = [_MAX_NODES]

        def visit(node: yaml.Node, above: frozenset[int]) -> None:
            budget[0] -= 1
            if id(node) in above:
                raise self._error("this alias contains itself", node.start_mark.index)
            if budget[0] < 0:
                raise self._error("the aliases expand to too many values", node.start_mark.index)
            for child in _children(node):
                visit(child, above | {id(node)})

        visit(root, frozenset())

    def _parse_toml(self) -> dict[str, Any]:
        import tomllib  # noqa: PLC0415  (few sites have TOML)

        try:
            return tomllib.loads(self.text, parse_float=_WrittenFloat)
        except RecursionError:
            raise self._error(_TOO_DEEP, 0) from None
        except tomllib.TOMLDecodeError as reason:
            found = re.search(r"^(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)$", str(reason), re.S)
            lines = self.text.split("\n")
            line = min(int(found[2]), len(lines)) if found and found[2] else len(lines)
            at = sum(len(text) + 1 for text in lines[: line - 1])
            at += int(found[3]) - 1 if found and found[3] else 0
            raise self._error(found[1] if found else str(reason), at) from None
        except ValueError:  # of `int`
            raise self._error(TOO_LONG, long_number_at(self.text)) from None

    def _error(self, message: str, at: int, hint: str | None = None) -> ColdpressError:
        code = "syntax.toml" if self.syntax == "toml" else "syntax.yaml"
        word = re.compile(r"[\w-]+").match(self.text, at)
        return ColdpressError(Problem(code, message, self._place(at, len(word[0]) if word else 1), hint))

    def _place(self, at: int, length: int) -> Place:
        at = min(at, len(self.text))
        start = self.text.rfind("\n", 0, at) + 1
        line = self.text[start:].partition("\n")[0].rstrip("\r")
        return Place(self.path, self.first_line + self.text.count("\n", 0, at), at - start + 1, line,
                     max(1, min(length, len(line) - (at - start))))


def limit_problem(value: object, depth: int = 0) -> str | None:
    """Returns which limit a parsed value exceeds (depth, length); None if it exceeds none."""
    ahead = [(value, depth)]
    while ahead:
        inner, depth = ahead.pop()
        if isinstance(inner, int) and not -_MOST_NUMBER < inner < _MOST_NUMBER:
            return TOO_LONG
        if isinstance(inner, (dict, list)):
            if depth >= _MAX_DEPTH:
                return _TOO_DEEP
            ahead += [(each, depth + 1) for each in (inner.values() if isinstance(inner, dict) else inner)]
    return None


def long_number_at(text: str) -> int:
    """Returns the position of the first number with too many digits."""
    found = _LONG_NUMBER.search(text)
    return found.start() if found else 0


def _too_deep_at(text: str) -> int | None:
    """Returns the position at which the text is first nested too deep."""
    if text.count("[") + text.count("{") <= _MAX_DEPTH and not _MAYBE_DEEP.search(text):
        return None
    depth = 0
    try:
        for event in yaml.parse(text, Loader=SafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > _MAX_DEPTH:
                    return event.start_mark.index if event.start_mark else 0
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError:
        pass  # reported when the value is read
    return None


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _child(node: yaml.Node, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for label, value in node.value:
            if isinstance(label, yaml.ScalarNode) and label.value == str(key):
                return label, value
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    return None


def _without_controls(value: object) -> object:
    """Removes control characters that escapes put into a parsed value."""
    if isinstance(value, str):
        return CONTROLS.sub("", value)
    if isinstance(value, dict):
        return {key: _without_controls(inner) for key, inner in value.items()}
    return [_without_controls(inner) for inner in value] if isinstance(value, list) else value


def _kind(value: object) -> str:
    return {list: "a list", str: "text", bool: "true or false"}.get(type(value), "one value")
