"""School districts as data: read, check, swap, and find the one a position belongs to."""

from fieldapp.districts.checking import check_file, load_districts
from fieldapp.districts.faults import Fault
from fieldapp.districts.importing import ImportReport, import_file
from fieldapp.districts.model import District, DistrictSet, Located, Neighbour, NetworkGroup

__all__ = [
    "District",
    "DistrictSet",
    "Fault",
    "ImportReport",
    "Located",
    "Neighbour",
    "NetworkGroup",
    "check_file",
    "import_file",
    "load_districts",
]
