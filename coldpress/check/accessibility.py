"""What the structure of a page must have so that everyone can use it (WCAG 2.2), as far as its HTML tells."""

from __future__ import annotations

from collections.abc import Iterator

from coldpress.check.built_site import BuiltSite
from coldpress.check.outline import Element, Outline
from coldpress.errors import Problem

_NO_LABEL = ("hidden", "submit", "button", "reset", "image")


def accessibility_problems(site: BuiltSite, file: str) -> Iterator[Problem]:
    """Yields what is wrong with the structure of a page."""
    page = site.outline(file)
    for element, code, message, hint in accessibility_flaws(page):
        at = element.at if element else None
        yield Problem(f"check.{code}", message, site.place(file, at, len(element.tag) + 1 if element else 1), hint)


Found = tuple[Element | None, str, str, str | None]


def accessibility_flaws(page: Outline) -> Iterator[Found]:
    """Yields what is wrong with the structure of a page: the element, the code, the message, the hint."""
    yield from _document(page)
    yield from _headings(page)
    yield from _names(page)
    yield from _fields(page)
    for name, count in page.ids.items():
        if count > 1:
            yield None, "double-id", f"{count} elements have the id `{name}`", "give each its own"


def _document(page: Outline) -> Iterator[Found]:
    root = next(page.of("html"), None)
    if root is None or not root.get("lang"):
        yield root, "no-language", "the page does not say its language", 'write `<html lang="en">` (WCAG 3.1.1)'
    title = next(page.of("title"), None)
    if title is None or not title.text:
        yield title, "no-title", "the page has no title", "write a `<title>` (WCAG 2.4.2)"
    mains = list(page.of("main"))
    if len(mains) != 1:
        yield (mains[1] if mains else None), "main", (
            "two elements are `<main>`" if mains else "the page has no `<main>`"), "a page has one (WCAG 1.3.1)"
    for element in page.of("meta"):
        if element.get("name") == "viewport" and any(
                word in element.get("content").replace(" ", "") for word in ("user-scalable=no", "maximum-scale=1")):
            yield element, "no-zoom", "readers cannot enlarge the page", "remove it from `viewport` (WCAG 1.4.4)"


def _headings(page: Outline) -> Iterator[Found]:
    """Yields headings that are empty, or that skip a level downwards; a page has one `<h1>`."""
    headings = page.headings
    firsts = [element for level, element in headings if level == 1]
    if len(firsts) != 1:
        yield (firsts[1] if firsts else None), "h1", (
            "two headings are `<h1>`" if firsts else "the page has no `<h1>`"), "a page has one, its title"
    before = 0
    for level, element in headings:
        if not element.text and not element.get("aria-label"):
            yield element, "empty-heading", f"this `<{element.tag}>` is empty", "write it, or remove it"
        if before and level > before + 1:
            yield element, "heading-order", f"`<{element.tag}>` follows `<h{before}>`", (
                f"use `<h{before + 1}>` (WCAG 1.3.1)")
        before = level


def _names(page: Outline) -> Iterator[Found]:
    """Yields images without a description, and links, buttons and frames without a name."""
    for element in page.of("img", "area"):
        if "alt" not in element.attributes and element.get("role") != "presentation" and not element.get("aria-label"):
            yield element, "no-alt", f"`{element.get('src') or element.tag}` has no description", (
                'write `alt`; `alt=""` if it only decorates (WCAG 1.1.1)')
    for element in page.of("a", "button", "summary"):
        is_link = element.tag != "a" or "href" in element.attributes
        if is_link and not _name(element, page) and element.get("aria-hidden") != "true":
            what = "link" if element.tag == "a" else "button"
            yield element, "no-name", f"this {what} has no text", "write one, or an `aria-label` (WCAG 2.4.4, 4.1.2)"
    for element in page.of("iframe"):
        if not element.get("title") and element.get("aria-hidden") != "true":
            yield element, "no-name", "this frame has no title", "write a `title` (WCAG 4.1.2)"


def _fields(page: Outline) -> Iterator[Found]:
    """Yields fields of forms without a label."""
    labelled = {label.get("for") for label in page.of("label")}
    labels = list(page.of("label"))
    for element in page.of("input", "select", "textarea"):
        has_label = (element.get("id") and element.get("id") in labelled) or any(
            label.at < element.at < label.end for label in labels)
        if element.get("type").lower() not in _NO_LABEL and not has_label and not _attribute_name(element, page):
            yield element, "no-label", "this field has no label", "write a `<label>` for it (WCAG 3.3.2)"


def _name(element: Element, page: Outline) -> str:
    return element.text or _attribute_name(element, page)


def _attribute_name(element: Element, page: Outline) -> str:
    given = element.get("aria-label") or element.get("title")
    return given or " ".join(each for each in element.get("aria-labelledby").split() if each in page.ids)
