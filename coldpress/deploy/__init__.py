"""Sends a built site to its target: a branch of git, a folder by rsync, a bucket of S3, or a command."""
