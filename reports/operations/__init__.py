"""Beginning the reading that takes long; what is read is written by nobody here."""
