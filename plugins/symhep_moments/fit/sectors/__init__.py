"""Sectors of azimuth in which events are lost, or in excess: where they are, and how large."""
