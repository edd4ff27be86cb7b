"""Failure drills against a running gate: what must hold when something goes wrong, tried out."""
