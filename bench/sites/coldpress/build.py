"""The site as an app of Flask, with one route of its own."""

import coldpress


def create_app():
    """The app: the blog, and a page that no Markdown file makes."""
    app = coldpress.create_app(__file__)

    @app.get("/colophon/")
    def colophon():
        from flask import render_template  # noqa: PLC0415 - a build that renders nothing does without Flask

        return render_template("colophon.html")

    return app


if __name__ == "__main__":
    coldpress.main(create_app)
