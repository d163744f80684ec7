"""The verbs, one a file: each loads, calls and renders; none prints."""
