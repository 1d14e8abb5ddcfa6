"""The items that travel: the same as in items.ts."""

import json
import math
import pathlib

NESTED = json.loads(
    (pathlib.Path(__file__).parent.parent / "nested_item.json").read_text()
)
LAST_NOTE = NESTED["lines"][-1]["note"]
LAST_BYTE = 77


def bytes_of(length):
    rest = bytes(length - 4) + bytes([LAST_BYTE])

    def touch(item):
        if len(item) != length or item[-1] != LAST_BYTE:
            return math.nan
        return item[0] | item[1] << 8 | item[2] << 16

    return lambda id: id.to_bytes(3, "little") + rest, touch


def touch_int(item):
    return item if isinstance(item, int) else math.nan


def touch_small(item):
    return item["id"] if item["msg"] == "hello" else math.nan


def touch_nested(item):
    return item["id"] if item["lines"][-1]["note"] == LAST_NOTE else math.nan


ITEMS = {
    "int": (lambda id: id, touch_int),
    "small": (lambda id: {"id": id, "msg": "hello"}, touch_small),
    "nested": (lambda id: {**NESTED, "id": id}, touch_nested),
    "64 KiB": bytes_of(1 << 16),
    "1 MiB": bytes_of(1 << 20),
}
