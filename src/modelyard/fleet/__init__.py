"""All processes that serve and work, wherever they run, as the shared database knows them."""
