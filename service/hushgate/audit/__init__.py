"""The audit log: what was decided, for whom and how, without a value; chained, signed, searched, verified."""
