"""Search: an inverted index in shards, which is updated by each build."""
