"""The frozen set of field notes that the personal-data gate is measured with; README.md tells how it was made."""
