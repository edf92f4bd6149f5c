"""Builds the site: context, plan, staleness, freezer, checks, output, records."""
