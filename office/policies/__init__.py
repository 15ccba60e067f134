"""The rules that a company works by, in plain words: where rooms register theirs, and the office's own."""
