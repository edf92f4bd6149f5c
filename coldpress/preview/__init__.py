"""The preview: serves the site's own app, loads it again when files change, shows errors
over the last good page, and adds a client to every page.  It is WSGI middleware: it adds
no route to the app and changes no file of the frozen site."""
