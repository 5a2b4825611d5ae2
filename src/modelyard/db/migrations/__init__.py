"""The steps from an empty database to the present shape; `modelyard.db.migrate` takes them."""
