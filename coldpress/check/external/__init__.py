"""Links to other sites: which are asked, how, and what the answers mean."""
