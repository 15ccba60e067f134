"""Writing: one module per verb."""
