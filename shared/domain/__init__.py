"""The ground floor: what is true. No I/O, no clock, no Azure."""
