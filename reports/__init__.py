"""Reading: ageing, the front page and checks over the whole book. It writes no fact, only what it hands out."""
