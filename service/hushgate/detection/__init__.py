"""Text to findings: which spans of a text hold something sensitive, and what it is."""
