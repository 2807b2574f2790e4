"""The comparison of finished runs: its typed record, and its page."""
