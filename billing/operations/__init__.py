"""Writing about documents, one module per verb."""
