"""The SQL of the longer migrations; `db/migrations.py` names them in their order."""
