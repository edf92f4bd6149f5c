"""S3 behind CloudFront: two CloudFront functions and a response headers policy.

A function has 10 KB at most, a policy 10 custom headers with names of 256 and values of 1,783 characters
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html).

`viewer-request.js` redirects and finds the pages of folders, `viewer-response.js` gives headers to some files, both for
the runtime cloudfront-js-2.0.  `response-headers-policy.json` is the configuration of a policy with the headers of all
(`aws cloudfront create-response-headers-policy`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from coldpress.config.headers import IMMUTABLE
from coldpress.errors import Problems
from coldpress.hosts.header_rules import HASHED_PATHS
from coldpress.hosts.published import GOES_FIRST, LIMIT, STAYS_HTML, HostFile, PathRedirect, PublishedSite

FUNCTION_SIZE = 10 * 1024
CUSTOM_HEADERS, HEADER_NAME, HEADER_VALUE = 10, 256, 1_783
_REFERRER = ("no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin",
             "strict-origin", "strict-origin-when-cross-origin", "unsafe-url")
_REQUEST = """\
// Made by Coldpress.  A CloudFront function for the event "viewer request", runtime cloudfront-js-2.0.
// Path: [target, status]; without a target, something was here and nothing follows.
var paths = %(paths)s;
// Patterns of paths: [expression, parts of the target, status]; a number is a group of the expression.
var patterns = %(patterns)s;

function quoted(text) {
  return text.split("/").map(encodeURIComponent).join("/");
}
function here(path) {
  return path.replace(/^[\\/\\\\]+/, "/");
}
function answer(status, target) {
  var codes = { 301: "Moved Permanently", 302: "Found", 303: "See Other", 307: "Temporary Redirect",
    308: "Permanent Redirect", 410: "Gone" };
  var response = { statusCode: status, statusDescription: codes[status] };
  if (target) response.headers = { location: { value: target } };
  return response;
}
function handler(event) {
  var request = event.request, path = request.uri;
  try { path = decodeURIComponent(path); } catch (error) { return answer(301, %(home)s); }
  var found = paths[path] || paths[path + "/"];
  if (found) return answer(found[1], found[0]);
  for (var index = 0; index < patterns.length; index++) {
    var match = new RegExp(patterns[index][0]).exec(path);
    if (match) {
      var target = patterns[index][1].map((part) => typeof part === "number" ? quoted(match[part]) : part).join("");
      return answer(patterns[index][2], here(target));
    }
  }
  if (request.uri.endsWith("/")) request.uri += "index.html";
  else if (request.uri.split("/").pop().indexOf(".") < 0) return answer(301, here(request.uri + "/"));
  return request;
}
"""
_RESPONSE = """\
// Made by Coldpress.  A CloudFront function for the event "viewer response", runtime cloudfront-js-2.0.
// [expression for paths, headers]
var rules = %(rules)s;

function handler(event) {
  var response = event.response, path = event.request.uri;
  try { path = decodeURIComponent(path); } catch (error) { return response; }
  rules.forEach((rule) => {
    if (new RegExp(rule[0]).test(path)) {
      Object.keys(rule[1]).forEach((name) => { response.headers[name] = { value: rule[1][name] }; });
    }
  });
  return response;
}
"""


def s3(site: PublishedSite, problems: Problems) -> list[HostFile]:
    """Returns the functions and the policy."""
    return [HostFile("viewer-request.js", _request(site, problems), is_inside=False),
            HostFile("viewer-response.js", _response(site, problems), is_inside=False),
            HostFile("response-headers-policy.json", _json(_policy(site, problems), 2) + "\n", is_inside=False)]


def _request(site: PublishedSite, problems: Problems) -> str:
    exact = [*site.redirects, *(known for each in site.patterns if each.hides for known in each.known)]
    patterns = [[f"^{each.pattern.expression}$".replace("(.*)", r"([\s\S]*)"),
                 _parts(each.pattern.names, each.target.parts), each.status]
                for each in site.patterns if not each.hides]
    site.tell_lost((each for each in site.patterns if each.hides), "CloudFront", GOES_FIRST, problems)
    text = _request_text(site, exact, patterns)
    if len(text.encode()) > FUNCTION_SIZE:
        site.too_many("bytes of a function with the redirects", len(text.encode()), FUNCTION_SIZE, "CloudFront",
                      problems, STAYS_HTML)
        least, most = 0, len(exact)
        while least < most:  # as many as fit
            middle = (least + most + 1) // 2
            fits = len(_request_text(site, exact[:middle], patterns).encode()) <= FUNCTION_SIZE
            least, most = (middle, most) if fits else (least, middle - 1)
        text = _request_text(site, exact[:least], patterns)
    return text


def _request_text(site: PublishedSite, exact: list[PathRedirect], patterns: list[Any]) -> str:
    return _REQUEST % {"paths": _rows({each.path: [each.to, each.status] for each in exact}),
                       "patterns": _json(patterns), "home": _json(f"{site.root}/404.html")}


def _parts(names: list[str], parts: list[str]) -> list[str | int]:
    """Returns the parts of a target; a name is the number of its group."""
    return [names.index(part) + 1 if index % 2 else part for index, part in enumerate(parts)]


def _response(site: PublishedSite, problems: Problems) -> str:
    hashed = [[f"^{site.root}(?:{'|'.join(HASHED_PATHS)})$", _lower([IMMUTABLE])]]
    # The page of a folder is asked for as its index by the time that the answer comes.
    rules = hashed + [[f"^{rule.regex.pattern}{'(index[.]html)?' if rule.pattern.endswith('/') else ''}$",
                       _lower(rule.headers)] for rule in site.somewhere]
    text = _RESPONSE % {"rules": _json(rules)}
    if len(text.encode()) > FUNCTION_SIZE:
        site.too_many("bytes of a function with the headers", len(text.encode()), FUNCTION_SIZE, "CloudFront", problems,
                      "take some headers out")
    return text


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


def _policy(site: PublishedSite, problems: Problems) -> Mapping[str, Any]:
    """Returns the configuration of a policy with the headers of all files."""
    security: dict[str, Any] = {}
    custom: list[dict[str, Any]] = []
    for name, value in site.everywhere.items():
        lower = name.lower()
        if lower == "x-content-type-options" and value == "nosniff":
            security["ContentTypeOptions"] = {"Override": True}
        elif lower == "referrer-policy" and value in _REFERRER:
            security["ReferrerPolicy"] = {"Override": True, "ReferrerPolicy": value}
        elif lower == "content-security-policy":
            security["ContentSecurityPolicy"] = {"Override": True, "ContentSecurityPolicy": value}
        elif lower == "x-frame-options" and value.upper() in ("DENY", "SAMEORIGIN"):
            security["FrameOptions"] = {"Override": True, "FrameOption": value.upper()}
        elif len(name) > HEADER_NAME or len(value) > HEADER_VALUE:
            problems.warn(LIMIT, f"CloudFront takes {HEADER_NAME} characters in the name of a header and "
                          f"{HEADER_VALUE:,} in its value, and `{name[:40]}` has more", site.place, "make it shorter")
        else:
            custom.append({"Header": name, "Value": value, "Override": True})
    if len(custom) > CUSTOM_HEADERS:
        site.too_many("headers of your own for all files", len(custom), CUSTOM_HEADERS, "CloudFront", problems,
                      "take some out")
        del custom[CUSTOM_HEADERS:]
    return {"Name": "coldpress", "Comment": "Made by Coldpress", "SecurityHeadersConfig": security,
            **({"CustomHeadersConfig": {"Quantity": len(custom), "Items": custom}} if custom else {})}


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _rows(value: Mapping[str, Any]) -> str:
    return "{\n" + ",\n".join(f"{_json(key)}: {_json(each)}" for key, each in value.items()) + "\n}" if value else "{}"
