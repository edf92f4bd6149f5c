"""Dates in the forms people really write them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest

from coldpress.sources.dates import parse_date

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(("text", "moment"), [
    # Numbers
    ("2024-01-02", "2024-01-02T00:00:00+08:00"),
    ("2024-1-2", "2024-01-02T00:00:00+08:00"),
    (" 2024-01-02 ", "2024-01-02T00:00:00+08:00"),
    ("20240102", "2024-01-02T00:00:00+08:00"),
    ("2024/01/02", "2024-01-02T00:00:00+08:00"),
    ("2024/1/2 9:05", "2024-01-02T09:05:00+08:00"),
    ("2024.01.02", "2024-01-02T00:00:00+08:00"),
    ("2024-02-29", "2024-02-29T00:00:00+08:00"),
    # With a time
    ("2024-01-02 10:00", "2024-01-02T10:00:00+08:00"),
    ("2024-01-02 10:00:30", "2024-01-02T10:00:30+08:00"),
    ("2024-01-02T10:00", "2024-01-02T10:00:00+08:00"),
    ("2024-01-02T10:00:00.123", "2024-01-02T10:00:00.123000+08:00"),
    ("2024-01-02, 10:00", "2024-01-02T10:00:00+08:00"),
    ("2024-01-02 at 10:00", "2024-01-02T10:00:00+08:00"),
    ("2024-01-02 3:04 PM", "2024-01-02T15:04:00+08:00"),
    ("2024-01-02 3:04pm", "2024-01-02T15:04:00+08:00"),
    ("2024-01-02 12:00 a.m.", "2024-01-02T00:00:00+08:00"),
    ("2024-01-02 12:30 PM", "2024-01-02T12:30:00+08:00"),
    # With a zone
    ("2024-01-02T10:00:00Z", "2024-01-02T10:00:00+00:00"),
    ("2024-01-02t10:00:00z", "2024-01-02T10:00:00+00:00"),
    ("2024-01-02 10:00 -0500", "2024-01-02T10:00:00-05:00"),
    ("2024-01-02 10:00:00 +0800", "2024-01-02T10:00:00+08:00"),
    ("2024-01-02 10:00:00 +05:30", "2024-01-02T10:00:00+05:30"),
    ("2024-01-02 10:00 +08", "2024-01-02T10:00:00+08:00"),
    ("2024-01-02T10:00:00.123456789-03:00", "2024-01-02T10:00:00.123456-03:00"),
    ("2024-01-02 10:00 UTC", "2024-01-02T10:00:00+00:00"),
    ("2024-01-02 10:00 EST", "2024-01-02T10:00:00-05:00"),
    # RFC 2822
    ("Tue, 02 Jan 2024 10:00:00 +0000", "2024-01-02T10:00:00+00:00"),
    ("Tue, 2 Jan 2024 10:00:00 GMT", "2024-01-02T10:00:00+00:00"),
    ("2 Jan 2024 10:00:00 -0500 (EST)", "2024-01-02T10:00:00-05:00"),
    # Names of months
    ("2 January 2024", "2024-01-02T00:00:00+08:00"),
    ("2nd January, 2024", "2024-01-02T00:00:00+08:00"),
    ("02-Jan-2024", "2024-01-02T00:00:00+08:00"),
    ("January 2, 2024", "2024-01-02T00:00:00+08:00"),
    ("Jan. 2nd, 2024", "2024-01-02T00:00:00+08:00"),
    ("MAY 2 2024", "2024-05-02T00:00:00+08:00"),
    ("Sept. 2, 2024", "2024-09-02T00:00:00+08:00"),
    ("Tuesday, January 2, 2024 at 3:04 PM", "2024-01-02T15:04:00+08:00"),
    # Chinese, Japanese, Korean
    ("2024年1月2日", "2024-01-02T00:00:00+08:00"),
    ("2024年01月02日 10:30", "2024-01-02T10:30:00+08:00"),
    ("2024 年 1 月 2 号", "2024-01-02T00:00:00+08:00"),
    ("2024년 1월 2일", "2024-01-02T00:00:00+08:00"),
    ("2024年1月2日10:30", "2024-01-02T10:30:00+08:00"),
    ("Tue Jan  2 10:00:00 2024", "2024-01-02T10:00:00+08:00"),
])
def test_a_date_is_read(text, moment):
    assert parse_date(text, SHANGHAI).isoformat() == moment


@pytest.mark.parametrize(("value", "moment"), [
    (date(2024, 1, 2), "2024-01-02T00:00:00+08:00"),
    (datetime(2024, 1, 2, 10), "2024-01-02T10:00:00+08:00"),
    (datetime(2024, 1, 2, 10, tzinfo=timezone(timedelta(hours=-5))), "2024-01-02T10:00:00-05:00"),
    (20240102, "2024-01-02T00:00:00+08:00"),
])
def test_what_yaml_and_toml_made_of_a_date_is_taken(value, moment):
    assert parse_date(value, SHANGHAI).isoformat() == moment


def test_a_date_without_zone_follows_summer_time():
    berlin = ZoneInfo("Europe/Berlin")
    assert parse_date("2024-01-02", berlin).utcoffset() == timedelta(hours=1)
    assert parse_date("2024-07-02", berlin).utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(("text", "message"), [
    ("2024-02-30", "day is out of range"),
    ("2023-02-29", "day is out of range"),
    ("2024-13-01", "month must be in 1..12"),
    ("2024-00-10", "month must be in 1..12"),
    ("31 June 2024", "day is out of range"),
    ("0000-01-01", "year 0 is out of range"),
    ("2024-01-02 24:00", "hour must be in 0..23"),
    ("2024-01-02 10:60", "minute must be in 0..59"),
    ("2024-01-02 13:00 pm", "hour must be in 1..12 before am or pm"),
    ("2024-01-02 10:00 +99:00", "offset"),
    ("2024-01-02 10:00 XYZ", "there is no zone XYZ"),
    ("2 Foo 2024", "there is no month `Foo`"),
    ("01/02/2024", "which is the month?"),
    ("1.2.2024", "which is the month?"),
    ("20.11.2026", "begins with its year, `2026-11-20`"),
    ("11/20/2026 10:00", "begins with its year, `2026-11-20`"),
    ("31.13.2026", "not a date"),
    ("yesterday", "not a date"),
    ("2024", "not a date"),
    ("2024-01/02", "not a date"),
    ("", "not a date"),
])
def test_a_date_that_is_none_is_refused_with_the_reason(text, message):
    with pytest.raises(ValueError, match=r"`.*`") as caught:
        parse_date(text, SHANGHAI)
    assert str(caught.value).startswith(f"`{text}`")
    assert message in str(caught.value)


# In whole sites.

def dated(lines):
    return {f"content/posts/{number:02}.md": f"---\ndate: {line}\n---\n" for number, line in enumerate(lines)}


def test_unquoted_quoted_and_toml_dates_mean_the_same(build_site):
    site = build_site(dated([
        "2024-01-02", "'2024-01-02'", '"2024-01-02"', "2024-01-02 00:00:00", "2024-01-02 00:00 +0800",
        "2024-01-01T16:00:00Z", "2024-01-01 16:00:00 +0000", "20240102", "2024年1月2日", "Jan 2, 2024",
    ]) | {
        "content/posts/t1.md": "+++\ndate = 2024-01-02\n+++\n",
        "content/posts/t2.md": "+++\ndate = 2024-01-02T00:00:00\n+++\n",
        "content/posts/t3.md": "+++\ndate = 2024-01-01T16:00:00Z\n+++\n",
        "content/posts/t4.md": "+++\ndate = '2024-01-02'\n+++\n",
        "templates/post.html": "{{ page.date.timestamp() }}",
    }, config="base_url: https://example.org/\ntimezone: Asia/Shanghai\n")
    seen = {site.text(name) for name in site.files() if name.startswith("posts/") and name.endswith("/index.html") and
            name != "posts/index.html"}
    assert seen == {str(datetime(2024, 1, 2, tzinfo=SHANGHAI).timestamp())}


def test_dates_naive_aware_and_without_time_sort_together(build_site):
    site = build_site(dated(["2024-01-02", "2024-01-02 12:00", "2024-01-02T01:00:00Z", "2024-01-01T23:00:00-05:00"]) | {
        "templates/list.html": "{% for post in list.posts %}{{ post.source }} {% endfor %}"})
    assert site.text("posts/index.html").split() == ["posts/01.md", "posts/03.md", "posts/02.md", "posts/00.md"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_time_do_not_break_a_build(make_site, moment):
    site = make_site(dated([moment]), config="base_url: https://example.org/\ntimezone: Asia/Shanghai\n")
    assert site.build("--future").code == 0


@pytest.mark.parametrize(("line", "column", "code"), [
    ("2024-02-30", 7, "syntax.yaml"),  # PyYAML has read it as a date
    ("'2024-02-30'", 1, "front-matter.value"),
    ("01/02/2024", 1, "front-matter.value"),
    ("soon", 1, "front-matter.value"),
])
def test_a_wrong_date_is_an_error_at_its_line(make_site, line, column, code):
    site = make_site({"content/posts/a.md": f"---\ntitle: A\ndate: {line}\n---\n"})
    problem, = (problem for problem in site.build().problems if problem["severity"] == "error")
    assert problem["code"] == code
    assert (problem["place"]["path"], problem["place"]["line"], problem["place"]["column"]) == (
        "content/posts/a.md", 3, column)
    assert line.strip("'") in problem["message"]


def test_every_wrong_date_of_a_site_is_reported_at_once(make_site):
    site = make_site(dated(["2024-02-30", "'2024-02-30'", "13/13/2013"]))
    errors = [problem for problem in site.build().problems if problem["severity"] == "error"]
    assert [problem["place"]["path"] for problem in errors] == [f"content/posts/0{number}.md" for number in range(3)]


_OFFSET = re.compile(r"(?P<date>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?P<offset>\S*?)[\"<]")


@pytest.mark.parametrize(("zone", "front", "moments"), [
    ("America/New_York", "date: 1880-05-01\nupdated: 1881-01-01 10:00",
     ["1880-05-01T00:00:02-04:56", "1881-01-01T10:00:02-04:56"]),
    ("Asia/Shanghai", "date: 1900-10-01", ["1900-10-01T00:00:17+08:06"]),
    ("Europe/Paris", "date: 1890-03-01", ["1890-03-01T00:00:39+00:10"]),  # of +00:09:21; down it would be February
    ("Africa/Monrovia", "date: 1971-07-26 10:00", ["1971-07-26T10:00:30-00:44"]),
    ("Asia/Shanghai", "date: 0001-01-01", ["0001-01-01T00:00:17+08:06"]),
    ("America/New_York", "date: 0987-12-31 23:59", ["0987-12-31T23:59:02-04:56"]),
    ("Europe/Berlin", "date: 2024-03-31 02:30", ["2024-03-31T02:30:00+01:00"]),  # the clock skips it: 03:30+02:00
    ("Europe/Berlin", "date: 2024-10-27 02:30", ["2024-10-27T02:30:00+02:00"]),  # it comes twice: the first
    ("Asia/Kathmandu", "date: 9999-12-31 23:59", ["9999-12-31T23:59:00+05:45"]),
])
def test_no_date_is_written_with_seconds_in_its_offset(make_site, zone, front, moments):
    site = make_site({"content/posts/a.md": f"---\n{front}\n---\nText"},
                     f"base_url: https://e.org/\ntimezone: {zone}\n")
    assert site.build("--future").code == 0
    written = {format_datetime(datetime.fromisoformat(moment)) for moment in moments}
    for file in ("feed.xml", "feed.json", "sitemap.xml", "posts/a/index.html", "index.html"):
        found = {each["date"] + each["offset"] for each in _OFFSET.finditer(site.text(file))}
        assert found and found <= set(moments), file
    assert set(re.findall(r"Date>(.*?)</", site.text("rss.xml"))) <= written
    row, = site.run("list", "--json").data["content"]
    assert row["date"] == moments[0]


def test_a_date_of_a_name_has_an_offset_without_seconds(build_site):
    site = build_site({"content/posts/1900-10-01-old.md": "old"},
                      "base_url: https://e.org/\ntimezone: Asia/Shanghai\n")
    assert "<updated>1900-10-01T00:00:17+08:06</updated>" in site.text("feed.xml")
    assert "<pubDate>Mon, 01 Oct 1900 00:00:17 +0806</pubDate>" in site.text("rss.xml")
    assert '"1900-10-01T00:00:17+08:06"' in site.text("posts/old/index.html")
    assert site.rebuild().rendered == set()
