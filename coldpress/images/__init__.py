"""Pictures: what is known of each, the variants that are made of it, and where they are kept."""
