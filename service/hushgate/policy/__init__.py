"""YAML to Policy: what each intent may use, and what becomes of what is found."""
