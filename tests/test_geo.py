"""Distances, UTM zone 32 and grid cells, against pyproj and known values."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp import geo

LATS = st.floats(-90, 90)
LONS = st.floats(-180, 180)
DANISH_LATS = st.floats(54.5, 57.8)
DANISH_LONS = st.floats(8, 15.3)


def test_the_distance_from_ishoej_station_to_arken_is_that_of_the_ellipsoid() -> None:
    assert geo.distance_m(55.6133, 12.3580, 55.6053, 12.3872) == pytest.approx(2044.42, abs=0.01)


def test_utm32_of_a_known_point_is_to_the_millimetre() -> None:
    """The central meridian at 56° N is 500 000 E by definition; the northing is the published meridian arc × 0.9996."""
    easting, northing = geo.to_utm32([56.0], [9.0])
    assert easting[0] == pytest.approx(500_000, abs=0.001)
    assert northing[0] == pytest.approx(6_206_079.587, abs=0.001)


def test_utm32_agrees_with_pyproj_to_a_millimetre_over_denmark_and_its_neighbours() -> None:
    pyproj = pytest.importorskip("pyproj", reason="pyproj is the yardstick and only used in tests")
    lats, lons = (grid.ravel() for grid in np.meshgrid(np.linspace(45, 65, 81), np.linspace(-6, 24, 121)))
    eastings, northings = pyproj.Transformer.from_crs("EPSG:4258", "EPSG:25832", always_xy=True).transform(lons, lats)
    ours = geo.to_utm32(lats, lons)
    assert np.abs(ours[0] - eastings).max() < 0.001
    assert np.abs(ours[1] - northings).max() < 0.001


@given(DANISH_LATS, DANISH_LONS)
def test_there_and_back_through_utm32_is_the_same_place(lat: float, lon: float) -> None:
    lats, lons = geo.from_utm32(*geo.to_utm32([lat], [lon]))
    assert lats[0] == pytest.approx(lat, abs=1e-9)
    assert lons[0] == pytest.approx(lon, abs=1e-9)


@given(LATS, LONS)
def test_no_position_on_earth_breaks_projection_cell_or_ring(lat: float, lon: float) -> None:
    easting, northing = geo.to_utm32([lat], [lon])
    assert math.isfinite(easting[0]) and math.isfinite(northing[0])
    assert len(geo.cell_polygon(geo.cell(lat, lon))) == 5
    assert all(map(math.isfinite, geo.cell_center(geo.cell(lat, lon))))


def test_a_cell_is_named_by_size_northing_and_easting() -> None:
    easting, northing = geo.to_utm32([55.6133], [12.3580])
    assert (int(northing[0] // 100), int(easting[0] // 100)) == (61681, 7114)
    assert geo.cell(55.6133, 12.3580) == "100m_61681_7114"
    assert geo.cell(55.6133, 12.3580, 1000) == "1km_6168_711"


def test_the_null_island_and_australia_have_cells_too() -> None:
    assert geo.cell(0.0, 0.0) == "100m_0_-5057"
    assert geo.cell(-33.8688, 151.2093).startswith("100m_-")


@given(DANISH_LATS, DANISH_LONS)
def test_a_cells_centre_lies_in_the_cell(lat: float, lon: float) -> None:
    name = geo.cell(lat, lon)
    assert geo.cell(*geo.cell_center(name)) == name


def test_a_cells_ring_is_closed_counter_clockwise_and_a_hundred_metres_wide() -> None:
    ring = geo.cell_polygon("100m_61681_7114")
    assert ring[0] == ring[-1]
    assert geo.distance_m(ring[0][1], ring[0][0], ring[1][1], ring[1][0]) == pytest.approx(100, abs=0.1)
    assert sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) > 0


@given(st.lists(st.tuples(LATS, LONS), max_size=30))
def test_many_cells_are_the_single_ones(positions: list[tuple[float, float]]) -> None:
    lats, lons = [lat for lat, _ in positions], [lon for _, lon in positions]
    assert list(geo.cells(lats, lons)) == [geo.cell(lat, lon) for lat, lon in positions]


@pytest.mark.parametrize("name", ["", "100m_1", "100m_1_x", "0m_1_1", "100m_1_1; DROP", "١٠٠m_1_1", "100m_1_1\n"])
def test_a_bad_cell_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a cell name"):
        geo.cell_center(name)


@pytest.mark.parametrize(
    ("lat", "lon", "valid"),
    [
        (55.6, 12.3, True),
        (0, 0, True),
        (-90, 180, True),
        (90.001, 0, False),
        (0, -180.5, False),
        (math.nan, 12, False),
        (55, math.inf, False),
        ("55.6", 12.3, False),
        (None, 12.3, False),
        (True, 12.3, False),
        (10**400, 0, False),
    ],
)
def test_a_valid_position_is_two_finite_numbers_in_range(lat: object, lon: object, valid: bool) -> None:
    assert geo.valid_position(lat, lon) is valid
