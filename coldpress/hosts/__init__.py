"""What the hosts of published sites read: their files of redirects and headers, and their limits."""
