"""Work that no person waits for: runs in pieces, the workers' jobs, the bells that call them."""
