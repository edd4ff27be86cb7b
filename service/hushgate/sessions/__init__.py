"""What one conversation knows: its tokens, the values and notes that it has seen, and where they rest."""
