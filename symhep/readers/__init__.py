"""Readers: one file per format, each from bytes to `symhep.events.batch.EventBatch` in GeV."""
