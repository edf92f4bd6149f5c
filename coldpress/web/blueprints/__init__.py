"""The site's views; beneath each stands the generator of its URLs."""
