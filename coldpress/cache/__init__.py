"""The caches in `.coldpress/`: databases, checksums, stamps of files, the stamp of the last build."""
