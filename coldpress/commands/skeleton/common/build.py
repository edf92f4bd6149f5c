"""The site as a Flask app.  `python build.py` builds it, `python build.py serve` previews it."""

import coldpress


def create_app():
    app = coldpress.create_app(__file__)

    # Routes of your own are built with the rest, for example:
    #
    # @app.route("/uses/")
    # def uses():
    #     return flask.render_template("uses.html")  # with `import flask` above

    return app


if __name__ == "__main__":
    coldpress.main(create_app)
