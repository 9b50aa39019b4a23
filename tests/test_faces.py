"""What may be a face or a plate: found where it is plain to see, and never a promise."""

import numpy as np
import pytest
from drawing import a_scene, draw_face, draw_plate
from PIL import Image

from fieldapp.faces import FOUND_MAX, find


def grey(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("L"), dtype=np.uint8)


def covered(found, kind, box, picture) -> bool:
    """Does one box of this kind hold all of `box` (left, top, right, bottom in pixels)?"""
    left, top, right, bottom = box
    return any(
        one.kind == kind
        and one.x * picture.width <= left
        and one.y * picture.height <= top
        and (one.x + one.width) * picture.width >= right
        and (one.y + one.height) * picture.height >= bottom
        for one in found
    )


@pytest.mark.parametrize(("x", "y", "size"), [(300, 200, 220), (700, 400, 90), (100, 520, 60)])
def test_a_face_is_covered_from_brow_to_mouth(x, y, size):
    scene = a_scene()
    face = draw_face(scene, x, y, size)
    assert covered(find(grey(scene)), "face", face, scene)


def test_two_faces_and_a_plate_are_found_in_one_picture_the_largest_first():
    scene = a_scene()
    faces = draw_face(scene, 120, 150, 200), draw_face(scene, 600, 100, 90)
    plate = draw_plate(scene, 550, 560, 200)
    found = find(grey(scene))
    assert all(covered(found, "face", face, scene) for face in faces)
    assert any(one.kind == "plate" for one in found)
    assert abs(next(one.x for one in found if one.kind == "plate") * 960 - plate[0]) < 80
    sizes = [one.width * one.height for one in found]
    assert sizes == sorted(sizes, reverse=True)
    assert find(grey(scene)) == found


def test_a_face_seen_from_the_side_is_looked_for_in_both_directions():
    half = a_scene()
    draw_face(half, 350, 200, 200)
    assert [one.kind for one in find(grey(half.transpose(Image.Transpose.FLIP_LEFT_RIGHT)))].count("face") >= 1


def test_an_empty_lawn_holds_nothing():
    assert find(grey(a_scene())) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 960), (960, 1), (16, 48), (20, 20), (24, 24), (960, 30), (48, 960)])
def test_a_picture_of_any_shape_is_searched_without_a_fault(shape):
    noise = np.random.default_rng(7).integers(0, 255, shape, dtype=np.uint8)
    for one in find(noise):
        assert 0 <= one.x < one.x + one.width <= 1.0001 and 0 <= one.y < one.y + one.height <= 1.0001
    assert len(find(noise)) <= FOUND_MAX
