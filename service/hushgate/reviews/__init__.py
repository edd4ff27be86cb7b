"""What a person looks at: drafts that wait for a decision, and samples of what has passed."""
