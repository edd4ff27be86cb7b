"""What a person looks at: drafts that wait for a decision."""
