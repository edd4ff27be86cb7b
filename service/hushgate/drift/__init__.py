"""What changes from week to week in what a gate decides."""
