"""Commands: each module runs one command of the command line, with the options in a `BuildContext`."""
