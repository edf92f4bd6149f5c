"""The cache in `.coldpress/`: database, digests, the build's stamp."""
