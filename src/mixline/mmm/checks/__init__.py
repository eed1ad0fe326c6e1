"""Can a model be trusted? One file a kind of check, and one verdict."""
