"""Commands: one module each; a command is a function of a `Run`."""
