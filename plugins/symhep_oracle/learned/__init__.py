"""Oracles learned from labelled events: ensembles of classifiers and regressors."""
