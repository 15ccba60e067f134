"""Writing about money that came in, one module per verb."""
