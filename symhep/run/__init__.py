"""What happens in a run: card -> files -> dataset -> method -> result -> figures -> report.

``symhep.run`` is the function `symhep.run.pipeline.run`; ``from symhep.run.pipeline import ...`` reaches the modules.
"""
