"""The keys of other generators' configs, with the way to the same thing here."""

FOREIGN = {
    "baseURL": "base_url", "baseurl": "base_url", "site_url": "base_url", "SITEURL": "base_url",
    "url": "base_url", "root": "base_url", "site_name": "title", "SITENAME": "title", "name": "title",
    "site_description": "description", "subtitle": "description", "site_author": "author",
    "AUTHOR": "author", "languageCode": "language", "lang": "language", "locale": "language",
    "default_language": "language", "defaultContentLanguage": "language", "TIMEZONE": "timezone",
    "timeZone": "timezone", "nav": "menu", "menus": "menu", "navigation": "menu",
    "paginate_by": "paginate", "pagination": "paginate", "per_page": "paginate", "paginator": "paginate",
    "extra": "params", "permalink": "permalinks", "docs_dir": "content_dir",
    "contentDir": "content_dir", "PATH": "content_dir", "source_dir": "content_dir",
    "site_dir": "output_dir", "publishDir": "output_dir", "public_dir": "output_dir",
    "OUTPUT_PATH": "output_dir", "destination": "output_dir", "layoutDir": "templates_dir",
    "staticDir": "static_dir",
}
"""The names of options in other generators, and our names for them."""

ELSEWHERE = {
    **dict.fromkeys(("repo_url", "repo_name", "edit_uri"), "write `edit_url: https://…/<path>`; a link to the "
                    "repository is an entry of `menu`"),
    **dict.fromkeys(("extra_css", "extra_javascript"), "link to the files in `templates/partials/head.html`"),
    "markdown_extensions": "leave it out: most are always on; for your own, see `markdown.engine`",
    "hooks": "leave it out; code of your own goes into `build.py`",
    **dict.fromkeys(("exclude_docs", "draft_docs"), "write `draft: true` in the pages"),
    "use_directory_urls": "leave it out; a pattern in `permalinks` may end with `.html`",
    **dict.fromkeys(("not_in_nav", "validation", "strict"), "leave it out; `build --strict` fails on warnings"),
}
"""The keys without an option of the same meaning, each with what to do."""
