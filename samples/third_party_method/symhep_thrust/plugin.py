"""What symhep calls: cheap to import, so the class is named and not imported."""

import symhep


@symhep.hookimpl
def symhep_register_methods():
    """Name of the method -> where its class is."""
    return {"thrust": "symhep_thrust.method:Thrust"}


@symhep.hookimpl
def symhep_register_functions():
    """Functions that a card may name as 'thrust:NAME': NAME -> where it is, in this package."""
    return {"of_two": "symhep_thrust.functions:of_two"}
