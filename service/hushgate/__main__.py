"""``python -m hushgate`` is the command line."""

from hushgate.cli import main

main()
