"""Lie algebras and groups: bases, spans, structure, names, subgroups, batched parametrised families."""
