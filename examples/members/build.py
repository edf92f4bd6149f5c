"""The app of the club for Coldpress's commands and for WSGI servers: `build:create_app()`."""

import coldpress
from club import create_app

if __name__ == "__main__":
    coldpress.main(create_app)
