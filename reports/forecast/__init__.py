"""When what is owed will come: by promises, plans and how each customer paid before; and how good that was."""
