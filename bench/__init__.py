"""What is measured, against what a user would pick instead: `make bench`."""
