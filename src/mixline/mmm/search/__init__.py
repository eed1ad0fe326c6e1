"""The search for candidates: the space, the optimisers, the trials and how far they are."""
