"""Search: an inverted index in shards, kept from one build to the next."""
