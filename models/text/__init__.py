"""Text as people type it: characters that are not seen, names that look alike, names that become files."""
