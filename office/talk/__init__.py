"""What people talk about and have to do: things of every room, who is meant, and what is open."""
