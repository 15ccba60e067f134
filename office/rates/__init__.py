"""What foreign currencies are worth: the rates kept, and the files that they come in."""
