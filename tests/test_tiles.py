"""The base map by setting: real files made here, and an upstream on loopback."""

from __future__ import annotations

import io
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from route_server import serving

from fieldapp.errors import Problem
from fieldapp.maps import Basemap
from fieldapp.settings import Settings
from fieldapp.usecases.basemap import TileCache, Unreachable, Upstream, basemap_from, in_denmark
from fieldapp.web.tiles import TRANSPARENT, tile_routes

ISHOEJ = (12, 2188, 1284)  # 55.61 N 12.36 E at zoom 12


def image(colour="red", kind="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", (256, 256), colour).save(buffer, kind)
    return buffer.getvalue()


def mbtiles(path, *, tiles, **facts):
    connection = sqlite3.connect(path)
    connection.execute("create table metadata (name text, value text)")
    connection.execute("create table tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
    connection.executemany("insert into metadata values (?, ?)", facts.items())
    connection.executemany("insert into tiles values (?, ?, ?, ?)", tiles)
    connection.commit()
    connection.close()
    return path


def pmtiles(path, *, kind=TileType.PNG):
    with path.open("wb") as file:
        writer = Writer(file)
        writer.write_tile(zxy_to_tileid(*ISHOEJ), image("blue"))
        header = {"tile_type": kind, "tile_compression": Compression.NONE}
        header |= {"min_lon_e7": 0, "min_lat_e7": 0, "max_lon_e7": 1, "max_lat_e7": 1}
        header |= {"center_zoom": 0, "center_lon_e7": 0, "center_lat_e7": 0}
        writer.finalize(header, {"attribution": "Prøvekort"})
    return path


def get(settings, tile=ISHOEJ):
    with serving(tile_routes(settings)) as client:
        return client.get("/tiles/{}/{}/{}".format(*tile))


@pytest.fixture
def upstream():
    """A tile server on loopback; `asked` holds its paths and `answer` is what it says next."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append(self.path)
            status, body = server.answer
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://localhost:1/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.answer = [], (200, image("green"))
    server.template = f"http://127.0.0.1:{server.server_port}/t/{{z}}/{{x}}/{{y}}.png"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def upstream_settings(upstream, tmp_path):
    return Settings(database=tmp_path / "a.sqlite3", basemap=upstream.template, basemap_attribution="© Prøve")


def test_without_a_base_map_there_are_no_tiles():
    assert basemap_from(Settings()) == Basemap("none", "", 18)
    assert get(Settings()).status_code == 404


def test_a_tile_of_an_mbtiles_file_is_served_with_its_rows_counted_from_the_north(tmp_path):
    z, x, y = ISHOEJ
    tiles = [(z, x, (1 << z) - 1 - y, image("red", "JPEG"))]
    file = mbtiles(tmp_path / "a.mbtiles", tiles=tiles, format="jpg", attribution="© Skråfoto")
    settings = Settings(basemap=str(file))
    assert basemap_from(settings) == Basemap("mbtiles", "© Skråfoto", 12)
    answer = get(settings)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content == image("red", "JPEG")


def test_a_tile_the_file_does_not_have_is_transparent(tmp_path):
    file = mbtiles(tmp_path / "a.mbtiles", tiles=[(12, 0, 0, image())])
    answer = get(Settings(basemap=str(file)))
    assert (answer.status_code, answer.content) == (200, TRANSPARENT)
    assert Image.open(io.BytesIO(TRANSPARENT)).convert("RGBA").getpixel((0, 0))[3] == 0


def test_many_threads_read_one_mbtiles_file(tmp_path):
    z, x, y = ISHOEJ
    file = mbtiles(tmp_path / "a.mbtiles", tiles=[(z, x, (1 << z) - 1 - y, image())])
    statuses = []
    with serving(tile_routes(Settings(basemap=str(file)))) as client:

        def ask():
            statuses.append(client.get(f"/tiles/{z}/{x}/{y}").status_code)

        threads = [threading.Thread(target=ask) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [200] * 12


def test_a_raster_pmtiles_file_is_served(tmp_path):
    settings = Settings(basemap=str(pmtiles(tmp_path / "a.pmtiles")))
    assert basemap_from(settings) == Basemap("pmtiles", "Prøvekort", 12)
    answer = get(settings)
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "image/png", image("blue"))


@pytest.mark.parametrize(
    ("name", "make", "why"),
    [
        ("a.pmtiles", lambda path: pmtiles(path, kind=TileType.MVT), "vektorfliser"),
        ("a.pmtiles", lambda path: path.write_bytes(b"ikke et kort"), "ikke en pmtiles-fil"),
        ("a.pmtiles", lambda path: None, "findes ikke"),
        ("a.mbtiles", lambda path: mbtiles(path, tiles=[(1, 0, 0, b"x")], format="pbf"), "vektorfliser"),
        ("a.mbtiles", lambda path: mbtiles(path, tiles=[]), "ingen fliser"),
        ("a.mbtiles", lambda path: path.write_bytes(b"ikke et kort" * 100), "ikke en mbtiles-fil"),
        ("a.mbtiles", lambda path: None, "findes ikke"),
        ("a.tif", lambda path: None, "skriv none, stien til"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_at_start_with_the_reason(tmp_path, name, make, why):
    make(tmp_path / name)
    for start in (basemap_from, tile_routes):
        with pytest.raises(Problem) as problem:
            start(Settings(database=tmp_path / "a.sqlite3", basemap=str(tmp_path / name)))
        assert problem.value.code == "bad_setting"
        assert problem.value.field == "FIELDAPP_BASEMAP"
        assert why in problem.value.text()


@pytest.mark.parametrize(
    ("template", "attribution", "field"),
    [
        ("https://tiles.example.org/{z}/{x}.png", "©", "FIELDAPP_BASEMAP"),
        ("https://{x}.example.org/{z}/{x}/{y}", "©", "FIELDAPP_BASEMAP"),
        ("https://{y}/{z}/{x}", "©", "FIELDAPP_BASEMAP"),
        ("https://tiles.example.org/{z}/{x}/{y}.png", "", "FIELDAPP_BASEMAP_ATTRIBUTION"),
    ],
)
def test_an_upstream_needs_a_fixed_host_all_three_numbers_and_an_attribution(template, attribution, field):
    with pytest.raises(Problem) as problem:
        basemap_from(Settings(basemap=template, basemap_attribution=attribution))
    assert problem.value.field == field


def test_an_upstream_tile_is_fetched_once_and_then_comes_from_the_disk(upstream, tmp_path):
    settings = upstream_settings(upstream, tmp_path)
    first, second = get(settings), get(settings)
    assert first.content == second.content == image("green")
    assert upstream.asked == ["/t/12/2188/1284.png"]
    assert len(list((tmp_path / "tiles-cache").iterdir())) == 1


@pytest.mark.parametrize("answer", [(500, b""), (403, b""), (302, b""), (200, b"<html>ikke et billede</html>")])
def test_an_upstream_that_fails_is_told_as_502_and_nothing_is_kept(upstream, tmp_path, answer):
    upstream.answer = answer
    reply = get(upstream_settings(upstream, tmp_path))
    assert (reply.status_code, reply.headers["cache-control"]) == (502, "no-store")
    assert not (tmp_path / "tiles-cache").exists()


def test_a_tile_the_upstream_does_not_have_is_transparent(upstream, tmp_path):
    upstream.answer = (404, b"")
    assert get(upstream_settings(upstream, tmp_path)).content == TRANSPARENT


def test_an_upstream_that_failed_is_left_alone_for_half_a_minute(tmp_path):
    asked, now = [], [100.0]

    def fetch(url):
        asked.append(url)
        raise OSError

    tiles = Upstream("http://a/{z}/{x}/{y}", cache=TileCache(tmp_path, 1000), fetch=fetch, clock=lambda: now[0])
    for moment in (100.0, 110.0, 129.0, 131.0):
        now[0] = moment
        with pytest.raises(Unreachable):
            tiles.tile(*ISHOEJ)
    assert len(asked) == 2


def test_the_cache_is_bounded_and_drops_the_oldest(tmp_path):
    cache = TileCache(tmp_path / "c", 1000)
    for number in range(40):
        cache.keep(str(number), b"x" * 100)
    assert sum(path.stat().st_size for path in (tmp_path / "c").iterdir()) <= 1000
    assert cache.read("39") == b"x" * 100
    assert cache.read("0") is None


def test_a_cache_that_cannot_be_written_costs_nothing_but_itself(tmp_path):
    (tmp_path / "c").write_text("en fil, ikke en mappe")
    cache = TileCache(tmp_path / "c", 1000)
    cache.keep("1", b"x")
    assert cache.read("1") is None


@pytest.mark.parametrize(
    ("tile", "inside"),
    [
        ((0, 0, 0), True),
        (ISHOEJ, True),
        ((12, 2188, 1400), False),
        ((12, 1000, 1284), False),
        ((20, 560128, 328704), False),
        ((2, 4, 0), False),
        ((-1, 0, 0), False),
    ],
)
def test_only_tiles_that_touch_denmark_are_served(tile, inside):
    assert in_denmark(*tile) is inside


@pytest.mark.parametrize("path", ["12/2188/1400", "12/-1/0", "a/b/c", "12/2188/1284.png", "12/" + "9" * 5000 + "/1"])
def test_odd_tile_addresses_are_not_found(tmp_path, path):
    file = mbtiles(tmp_path / "a.mbtiles", tiles=[(12, 0, 0, image())])
    with serving(tile_routes(Settings(basemap=str(file)))) as client:
        assert client.get(f"/tiles/{path}").status_code == 404
