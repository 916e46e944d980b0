#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""First inputs and dictionaries of the fuzz targets, from what the repository has: scenarios as text
and as blocks of the binary form, presets and configured keys, and the words of its tables.
Usage: seeds.py SVASIM SOURCES OUT; writes OUT/TARGET/ and OUT/TARGET.dict."""
import gzip
import hashlib
import os
import re
import subprocess
import sys
import tempfile

FIRST_LINE = b"svasim-trace 1\n"
TEXT_MAX = 4096


def put(directory, data):
    os.makedirs(directory, exist_ok=True)
    name = hashlib.sha1(data).hexdigest()
    with open(os.path.join(directory, name), "wb") as file:
        file.write(data)


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def scenarios(sources):
    for room, _, files in sorted(os.walk(os.path.join(sources, "tests/conformance"))):
        for name in sorted(files):
            if name.endswith(".svt"):
                yield os.path.join(room, name)


def text_seeds(text, out):
    lines = [line for line in text.split(b"\n")[1:] if line and not line.startswith(b"#")]
    body = b"\n".join(lines) + b"\n"
    if len(body) <= TEXT_MAX:
        put(out, body)


def binary_seeds(svasim, path, out):
    with tempfile.TemporaryDirectory() as room:
        binary = os.path.join(room, "seed.svb")
        subprocess.run([svasim, "convert", path, binary], check=True)
        with open(binary, "rb") as file:
            whole = file.read()
    content = gzip.decompress(whole)
    first, at = varint(content, 5)
    count, at = varint(content, at)
    records = content[at:]
    if first == 1 and count < 65536 and len(records) <= TEXT_MAX:
        put(out, bytes([2 | len(records) & 1]) + count.to_bytes(2, "little") + records)
    if len(whole) <= TEXT_MAX // 4:
        put(out, b"\0" + whole)


def config_seeds(text, out):
    pairs = re.findall(rb"^config (\S+) (\S+)", text, re.M)
    if pairs:
        put(out, b"\n".join(b"%s = %s" % pair for pair in pairs) + b"\n")
        put(out, b"\n".join(b"[%s]\n%s = %s ; set" % (*key.rsplit(b".", 1), value)
                            for key, value in pairs if b"." in key) + b"\n")


def words(sources):
    """Words of the record table, of the layouts, of the faults and of the configuration."""
    def read(path):
        with open(os.path.join(sources, path), encoding="utf-8") as file:
            return file.read()

    records, faults = read("include/svasim/records.def"), read("include/svasim/faults.def")
    found = {"records": set(re.findall(r'^RECORD\(\w+, *\d+, *"(\w+)"', records, re.M))}
    found["records"] |= {f"{name}=" for name in
                         re.findall(r"^FIELD *\(\w+, *(\w+),", records, re.M)}
    for choices in re.findall(r'CHOICE\("([^"]+)"\)', records):
        found["records"] |= set(choices.split("|"))
    found["records"] |= set(re.findall(r'"([A-Z]{2,4}\.[0-9.]+)"', faults))
    layouts = os.path.join(sources, "libsvasim/spec/layouts")
    for name in sorted(os.listdir(layouts)):
        text = read(os.path.join("libsvasim/spec/layouts", name))
        found["records"] |= {f"{field}=" for field in
                             re.findall(r"^(?:FIELD|WIDE) *\(\w+, *(\w+),", text, re.M)}
    keys = set(re.findall(r"^\| `([a-z_0-9.]+)`", read("docs/configuration.md"), re.M))
    found["keys"] = keys | {"on", "off", "lru", "plru", "random", "0x"}
    for choices in re.findall(r'^CHOICE\(\w+, *"[^"]+", *"([^"]+)"',
                              read("libsvasim/spec/config.def"), re.M):
        found["keys"] |= set(choices.split("|"))
    return found


def dictionary(path, entries):
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f'"{entry}"\n' for entry in sorted(entries))


def main():
    svasim, sources, out = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    for path in scenarios(sources):
        with open(path, "rb") as file:
            text = file.read()
        text_seeds(text, os.path.join(out, "fuzz_text"))
        binary_seeds(svasim, path, os.path.join(out, "fuzz_binary"))
        config_seeds(text, os.path.join(out, "fuzz_config"))
    presets = os.path.join(sources, "tools/presets")
    for name in sorted(os.listdir(presets)):
        with open(os.path.join(presets, name), "rb") as file:
            put(os.path.join(out, "fuzz_config"), file.read())
    found = words(sources)
    dictionary(os.path.join(out, "fuzz_text.dict"), found["records"] | found["keys"])
    dictionary(os.path.join(out, "fuzz_config.dict"), found["keys"])


if __name__ == "__main__":
    main()
