"""T4 and T7: does the candidate's own run tell the truth? Told by comparison, and by a test that must fail."""
