"""The rules of milestone distributions: pure values, no I/O, no clock, standard library only."""
