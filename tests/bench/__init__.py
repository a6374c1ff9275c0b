"""How fast steelyard is, as ratios to something measured beside it: see README.md."""
