"""The parts of «Kort»: the filter in the address bar, the map, the list, and one observation opened."""
