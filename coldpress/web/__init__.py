"""Web: the site as a Flask app, or as an extension inside one."""
