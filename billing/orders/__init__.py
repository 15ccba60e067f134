"""What was ordered and shipped beside what is billed: links between them, and the comparison."""
