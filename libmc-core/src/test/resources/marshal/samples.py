"""Prints samples.tsv: what marshal.dumps writes in each version, and what it means.

    PYTHONHASHSEED=0 python3 samples.py > samples.tsv    (recorded with Python 3.11)

Columns: marshal version; the bytes in hex; the value as MarshalTest renders it, or "refused"; whether Java,
writing the value it read, must produce the same bytes.
"""
import marshal
import struct
import sys

sys.setrecursionlimit(10_000)


def render(value):
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return "i%d" % value
    if isinstance(value, float):
        return "d" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "s" + value.encode("utf-16-be", "surrogatepass").hex()
    if isinstance(value, bytes):
        return "b" + value.hex()
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(render, value)) + "]"
    if isinstance(value, (set, frozenset)):
        return "<" + ",".join(sorted(map(render, value))) + ">"
    if isinstance(value, dict):
        return "{" + ",".join(render(k) + ":" + render(v) for k, v in value.items()) + "}"
    return "refused"


def java_writes_it_alike(value, as_key=False):
    if isinstance(value, tuple):
        return as_key and all(java_writes_it_alike(v, True) for v in value)
    if isinstance(value, frozenset):
        return as_key and all(java_writes_it_alike(v, True) for v in value)
    if isinstance(value, list):
        return all(map(java_writes_it_alike, value))
    if isinstance(value, set):
        return all(java_writes_it_alike(v, True) for v in value)
    if isinstance(value, dict):
        return all(java_writes_it_alike(k, True) and java_writes_it_alike(v) for k, v in value.items())
    return True


shared_list = [1, "two"]
shared_text = "".join(["sha", "red"])
shared_tuple = (1, (2, (3,)))
recursive = []
recursive.append(recursive)
lone = "\ud800"
samples = [
    None, True, False, ..., StopIteration, 1 + 2j, compile("1", "x", "eval"),
    0, 1, -1, 127, 128, 255, 256, 32767, 32768, -32768, 65535, 2**30, 2**31 - 1, -(2**31), 2**31, -(2**31) - 1,
    2**32, 2**45 - 1, 2**45, 2**60, 2**62, 2**63 - 1, -(2**63), 2**63, -(2**63) - 1, 2**64, -(2**64), 10**40, -(10**40),
    2**150, 2**150 - 1, 3**500, -(7**500),
    0.0, -0.0, 1.0, -1.5, 0.1, 10.24, 1e308, 5e-324, 2.2250738585072014e-308, 1e22, 123456789.125,
    float("inf"), float("-inf"), float("nan"),
    "", "a", "douban", "x" * 255, "x" * 256, "x" * 300, "\x00", "h\xe9llo", "\xff" * 255, "\u4e2d\u6587", "\ufffd", "\uffff", "\U0001f3ac",
    lone, "a" + lone + "b", lone + lone, "\udc00\ud800", "\udfff", "\ufffd" + lone, lone + "\U0001f3ac" + lone,
    b"", b"a", bytes(range(256)),
    (), (1,), (1, 2, 3), ((),), (None,) * 256, [], [1], [[]], [None, True, 1, 1.5, "s", b"b", (), [], {}, set()],
    {}, {"a": 1}, {"a": None}, {None: 1}, {1: {2: {3: 4}}}, {(1, 2): 3}, {((1,), frozenset({(2,)})): [4]}, {b"k": b"v"}, {1.5: True},
    {frozenset(): ()}, set(), {1}, {"a", "b", "c"}, {(1, 2)}, {frozenset({1}), 1}, {None}, {b"x"}, frozenset(), frozenset({"z"}), [frozenset({1})],
    list(range(300)), {i: str(i) for i in range(300)},
    ["a", "a", "a"], [shared_list, shared_list], [shared_text, {shared_text: shared_text}, [shared_text]],
    [shared_tuple, shared_tuple, {shared_tuple: shared_tuple}], [2**100] * 3, [1.5] * 2, [b"bytes" * 10] * 2,
    [frozenset({shared_text}), shared_text, (shared_text,)], {"k": shared_list, "l": [shared_list]}, recursive,
]
for depth in (10, 499):
    nest = []
    for _ in range(depth):
        nest = [nest]
    samples.append(nest)

for version in range(5):
    for sample in samples:
        try:
            data = marshal.dumps(sample, version)
        except ValueError:
            continue
        meaning = "refused" if sample is recursive else render(sample)
        alike = version == 2 and meaning != "refused" and java_writes_it_alike(sample)
        print(version, data.hex(), meaning, "same" if alike else "-", sep="\t")
