"""Draft × session × policy → verdict: what may leave, and in which words."""
