"""The parts of «Opfølgning»: filter, list, one task opened, a new one, many given away, the parties' inboxes."""
