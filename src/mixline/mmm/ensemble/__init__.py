"""From candidates to a model: the draws, families of candidates, and which one is shown."""
