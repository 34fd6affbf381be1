"""Device files with a secret in each place that can hold one."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.attacks.canaries import Canaries
from tests.builders import a_file, a_line


def sas(primary: Any, secondary: Any) -> Mapping[str, Any]:
    """Return authentication by keys."""
    keys = {"primaryKey": primary, "secondaryKey": secondary}
    return {"authentication": {"type": "sas", "symmetricKey": keys}}


def good_lines(plant: Canaries) -> list[bytes]:
    """Return lines that a hub takes, with secrets where they belong and where they do not."""
    keys = {size: plant.key(f"key of {size} bytes", size) for size in (16, 18, 32, 33, 48, 64)}
    return [
        a_line("by-keys-16", **sas(keys[16], keys[18])),
        a_line("by-keys-32", **sas(keys[32], keys[33])),
        a_line("by-keys-64", **sas(keys[48], keys[64])),
        a_line("in-tags", tags={"key": plant.key("tag"), "note": plant.word("word in a tag")}),
        a_line("in-deep-tags", tags={"a": {"b": [{"c": plant.token("token in a tag")}]}}),
        a_line("in-desired", properties={"desired": {"sas": plant.sas("desired property")}}),
        a_line("in-words", properties={"desired": {"x": plant.word("word in a property")}}),
        a_line("as-reason", statusReason=plant.key("status reason")),
        a_line("mode", importMode="update", **sas(plant.key("updated"), plant.key("updated 2"))),
    ]


def bad_lines(plant: Canaries) -> list[bytes]:
    """Return lines that break a rule, each with a secret in what is wrong or beside it."""
    secret = plant.key
    twice = (
        f'{{"id":"t","authentication":{{}},"authentication":{{"k":"{secret("member twice")}"}}}}'
    )
    return [
        a_line(f"{secret('id')}/"),
        a_line("one-key", **sas(secret("only one key"), None)),
        a_line("not-base64", **sas(f"{plant.word('no base64')}!", secret("beside no base64"))),
        a_line("number", **sas([secret("key in an array")], {"x": secret("key in an object")})),
        a_line("type", authentication={"type": secret("type of authentication")}),
        a_line("text", authentication=secret("authentication as text")),
        a_line("odd", authentication={"type": "sas", "key": secret("unknown member")}),
        a_line("unknown", primaryKey=secret("unknown field")),
        a_line("name", **{secret("name of a field"): 1}),
        a_line("status", status=secret("status")),
        a_line("mode", importMode=plant.sas("import mode")),
        a_line("etag", eTag=7, importMode="updateIfMatchETag", x=secret("beside an ETag")),
        a_line("module", moduleId=f"{secret('module id')} /"),
        a_line("print", authentication={"x509Thumbprint": {"primaryThumbprint": secret("print")}}),
        a_line("scope", deviceScope=plant.sas("device scope")),
        a_line("tags", tags=secret("tags as text")),
        a_line("tag", tags={f"a.{secret('name of a tag')}": 1}),
        a_line("large", tags={"big": plant.word("large value") * 200}),
        a_line("desired", properties={"desired": {"x$": secret("odd property")}}),
        a_line("properties", properties={secret("name in properties"): 1}),
        a_line("capable", capabilities={"iotEdge": secret("capability")}),
        twice.encode(),
        a_line("cut-off", **sas(secret("cut off"), secret("cut off 2")))[:-9],
        b"\xff" + a_line("bytes", **sas(secret("no UTF-8"), secret("no UTF-8 2"))),
        f'"{secret("no object")}"'.encode(),
        f"id={plant.hub_connection('plain text')}".encode(),
        plant.pem("private key in a file").encode().replace(b"\n", b" "),
    ]


def tables(plant: Canaries) -> Iterator[tuple[str, bytes]]:
    """Yield tables, whose columns and cells hold secrets."""
    rows = (
        "id,status,primaryKey,secondaryKey,tags.a",
        f"c1,enabled,{plant.key('cell')},{plant.key('cell 2')},{plant.word('cell of a tag')}",
        f"c2,{plant.key('cell of a status')},,,",
        f"c3,enabled,{plant.word('cell of a bad key')},{plant.key('cell beside it')},",
        f"{plant.key('cell of an id')}/,enabled,,,",
        f"c4,enabled,{plant.key('too few cells')}",
        f"c5,enabled,,,,,{plant.sas('too many cells')}",
        f'c6,"enabled"x,{plant.key("bad quotes")},,',
    )
    yield "x.csv", "\n".join(rows).encode()
    yield "header.csv", f"id,{plant.key('header')}\nh1,x\n".encode()
    yield "twice.csv", f"id,tags.{(key := plant.key('header twice'))},tags.{key}\nh,1,2\n".encode()
    yield "open.csv", f'id,status\nq,"{plant.key("open quote")}\n'.encode()
    yield "no-header.csv", f"{plant.key('no header')};{plant.hub_connection('string')}\n".encode()


def device_files(plant: Canaries) -> Iterator[tuple[str, bytes]]:
    """Yield files by name."""
    yield "good.txt", a_file(*good_lines(plant))
    yield "bad.txt", a_file(a_line("ok"), *bad_lines(plant))
    yield from tables(plant)
    objects = ({"id": "j", "secret": plant.key("item")}, {"id": plant.sas("id of an item")})
    yield "x.json", json.dumps(objects).encode()
    yield "broken.json", f'[{{"id":"{plant.key("broken array")}'.encode()
    yield "key.pem", plant.pem("dropped by mistake").encode()
    yield "settings.json", json.dumps({"Values": plant.storage_connection("settings")}).encode()
    yield (
        "configurations.txt",
        a_file(
            json.dumps({"id": "c", "content": {"x": plant.key("configuration")}, "y": 1}).encode(),
            json.dumps({"id": f"{plant.key('configuration id')}/", "priority": "x"}).encode(),
        ),
    )


def metadata(plant: Canaries) -> Mapping[str, str]:
    """Return metadata of a blob."""
    return {
        "importmode": plant.key("metadata value"),
        "status": plant.sas("metadata address"),
        "token": plant.bearer("metadata header"),
        plant.key("metadata name", 48): "x=",
    }
