"""The preview: the site's own app, reloaded as its files change, with errors
shown over the last good page and a client in every page.  All of it is
middleware: the app gets no route, and the frozen site no byte."""
