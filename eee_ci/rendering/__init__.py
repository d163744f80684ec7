"""What the report formats share: a run made safe to show, its words, and the parts of the longer formats."""
