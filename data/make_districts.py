"""Draw the shipped, indicative `districts.geojson`: the outline of Ishøj divided by nearest school.

`python -m data.make_districts` (from the project's root) writes the file; `--print` writes to standard output.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import shapely  # type: ignore[import-untyped]

from fieldapp import geo
from fieldapp.districts import District, DistrictSet, NetworkGroup
from fieldapp.districts.importing import to_text

OUTLINE = (
    (12.347, 55.638),
    (12.400, 55.606),
    (12.363, 55.594),
    (12.361, 55.601),
    (12.276, 55.622),
    (12.243, 55.613),
    (12.235, 55.621),
    (12.209, 55.618),
    (12.216, 55.627),
    (12.212, 55.635),
    (12.308, 55.637),
)
SCHOOLS = {
    "gildbro": ("Gildbroskolen", 12.3625, 55.6184),
    "ishoej": ("Ishøj Skole", 12.299, 55.6245),
    "strandgaard": ("Strandgårdskolen", 12.3449, 55.6079),
    "vejlebro": ("Vejlebroskolen", 12.3615, 55.6085),
    "vibeholm": ("Vibeholmskolen", 12.3356, 55.6147),
}
SOURCE = (
    "Vejledende omrids tegnet til dette projekt: kommunens omtrentlige omrids delt efter nærmeste skole. "
    "Ikke kommunens officielle skoledistrikt."
)
ATTRIBUTION = "Vejledende distrikter, tegnet til dette projekt – ikke officielle"
SIXTH = NetworkGroup("gruppe-6", "Sjette netværksgruppe (distrikt ikke oplyst)")
DECIMALS = 6


def in_metres(points: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """(lon, lat) → (easting, northing) in UTM zone 32."""
    eastings, northings = geo.to_utm32([lat for _, lat in points], [lon for lon, _ in points])
    return list(zip(eastings.tolist(), northings.tolist(), strict=True))


def ring(polygon: shapely.Polygon) -> shapely.Polygon:
    """The polygon in rounded degrees, counter-clockwise from its south-westernmost point."""
    metres = shapely.get_coordinates(polygon.exterior)
    lats, lons = geo.from_utm32(metres[:, 0], metres[:, 1])
    points = [tuple(point) for point in np.round(np.column_stack((lons, lats)), DECIMALS).tolist()]
    points = points if polygon.exterior.is_ccw else points[::-1]
    start = points.index(min(points))
    return shapely.Polygon([*points[start:-1], *points[: start + 1]])


def nearest_parts() -> dict[str, shapely.Polygon]:
    """District id → the part of the outline that is nearer to its school than to any other."""
    outline = shapely.Polygon(in_metres(OUTLINE))
    schools = shapely.MultiPoint(in_metres(tuple((lon, lat) for _, lon, lat in SCHOOLS.values())))
    regions = shapely.get_parts(shapely.voronoi_polygons(schools, extend_to=outline))
    parts = {}
    for district_id, school in zip(SCHOOLS, schools.geoms, strict=True):
        (region,) = (region for region in regions if region.covers(school))
        parts[district_id] = ring(region.intersection(outline))
    return parts


def draw() -> DistrictSet:
    """The shipped set: five indicative districts, and six network groups (memo of 5 July 2023)."""
    districts = tuple(
        District(
            id=district_id,
            name=SCHOOLS[district_id][0],
            school=SCHOOLS[district_id][0],
            network_group=f"gruppe-{district_id}",
            source=SOURCE,
            indicative=True,
            geometry=polygon,
        )
        for district_id, polygon in nearest_parts().items()
    )
    groups = tuple(NetworkGroup(f"gruppe-{area.id}", f"{area.school}s netværksgruppe", area.id) for area in districts)
    return DistrictSet(districts, (*groups, SIXTH), ATTRIBUTION)


if __name__ == "__main__":
    if "--print" in sys.argv[1:]:
        sys.stdout.buffer.write(to_text(draw()).encode())
    else:
        (Path(__file__).parent / "districts.geojson").write_text(to_text(draw()), encoding="utf-8")
