"""Worker processes that are kept warm: what they are told, how they are started and ended."""
