"""Events that are in memory already: arrays in, a result out, by the same code and with the same numbers as a card."""
