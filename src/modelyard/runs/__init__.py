"""Work that is done outside the process that was asked for it."""
