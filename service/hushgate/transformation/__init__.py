"""Settled findings → rewritten text: how a treated value looks."""
