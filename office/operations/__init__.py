"""Writing about the office, one module per verb."""
