"""The server: what a process does so that the gate can be called from outside."""
