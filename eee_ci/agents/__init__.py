"""The agent stage: what is to be done, who does it, and what became of it."""
