"""Reading: ageing, the front page and checks over the whole book. It writes nothing."""
