"""Sources: finds and reads the files that authors write."""
