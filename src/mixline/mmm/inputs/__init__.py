"""From a table and a specification to the arrays a search works on."""
