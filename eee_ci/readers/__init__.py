"""Readers of report formats that more than one gate uses: bytes in, nouns out, or a ReportError."""
