"""What the office holds on persons: which columns, how long by law, and how a person gets it or has it go."""
