"""Record x intent: what may pass, and why the rest may not."""
