"""The customer's account behind a mailed link: who may open it, and the code that shows they read that mail."""
