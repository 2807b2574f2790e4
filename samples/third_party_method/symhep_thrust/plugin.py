"""What symhep calls: cheap to import, so the class is named and not imported."""

import symhep


@symhep.hookimpl
def symhep_register_methods():
    """Name of the method -> where its class is."""
    return {"thrust": "symhep_thrust.method:Thrust"}


@symhep.hookimpl
def symhep_register_functions():
    """Functions that a card may name as 'thrust:NAME': NAME -> where it is in this package, and what is known."""
    imbalance = symhep.CardFunction(
        "symhep_thrust.functions:imbalance",
        doc="vector sum of the transverse momenta over their scalar sum",
        kinds=("full", "massless", "three", "transverse"),
    )
    return {"of_two": "symhep_thrust.functions:of_two", "imbalance": imbalance}
