"""Nikola: the job in Nikola's own settings, what the job doesn't ask for left out."""

BLOG_AUTHOR = BLOG_TITLE = BLOG_DESCRIPTION = "Bench"
BLOG_EMAIL = "bench@example.org"
SITE_URL = "https://example.org/"
DEFAULT_LANG = "en"
TRANSLATIONS = {"en": ""}
TIMEZONE = "UTC"
THEME = "bench"
NAVIGATION_LINKS = NAVIGATION_ALT_LINKS = {"en": ()}
COMPILERS = {"markdown": (".md",)}
MARKDOWN_EXTENSIONS = ["fenced_code", "codehilite", "tables"]

POSTS = (("posts/*.md", "posts", "post.tmpl"),)
PAGES = ()
PRETTY_URLS = STRIP_INDEXES = True
INDEX_DISPLAY_POST_COUNT = 10
INDEXES_PRETTY_PAGE_URL = ["page", "{number}", "{index_file}"]
TAG_PATH, CATEGORY_PATH = "tags", "categories"
CATEGORY_PREFIX = ""
TAG_PAGES_ARE_INDEXES = CATEGORY_PAGES_ARE_INDEXES = True
CREATE_SINGLE_ARCHIVE = True
ARCHIVE_PATH, ARCHIVE_FILENAME = "archive", "index.html"
FEED_LENGTH = 20
FEED_TEASERS = False

COPY_SOURCES = SHOW_SOURCELINK = USE_BUNDLES = False
IMAGE_FOLDERS = GALLERY_FOLDERS = LISTINGS_FOLDERS = {}
DISABLED_PLUGINS = ["classify_authors", "classify_page_index", "render_galleries", "render_listings", "scale_images",
                    "robots", "redirect", "render_sources", "gzip"]
