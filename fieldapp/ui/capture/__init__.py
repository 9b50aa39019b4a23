"""The parts of «Ny observation»: what is typed so far, and one module for each part of the form."""
