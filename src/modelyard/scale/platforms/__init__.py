"""Rules and prices of platforms as data files; each figure has its source."""
