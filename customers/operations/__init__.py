"""Writing about customers, one module per verb."""
