"""What the gate's table is built from: lists of names, words and places, the rules, and the builder."""
