"""How good detection is, measured on labelled texts, and whether a change made it worse."""
