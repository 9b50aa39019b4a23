"""The parts of «Tilstedeværelse»: now, afterwards, the week, events, and a strip for «Ny observation»."""
