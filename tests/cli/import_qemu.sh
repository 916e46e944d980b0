#!/bin/sh
# SPDX-License-Identifier: MIT
# The importer of QEMU logs: tables, registers, invalidations and translations of a small machine, and
# every way in which a line can be wrong.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

# Root 0x1000, context 0x2000, directory 0x3000, PASID table 0x4000, page tables 0x5000 to 0x8000.
# Page 0xfffff000 is 0x90000000, then 0xa0000000 after a store and an invalidation.
cat >log.jsonl <<'END'
{"t":"mem","a":4096,"s":8,"v":8193,"snap":1}
{"t":"mem","a":9216,"s":8,"v":12289,"snap":1}
{"t":"mem","a":12288,"s":8,"v":16385,"snap":1}
{"t":"mem","a":16384,"s":8,"v":65}
{"t":"mem","a":16392,"s":4,"v":3}
{"t":"mem","a":16400,"s":8,"v":20480}
{"t":"mem","a":20480,"s":8,"v":24615}
{"t":"mem","a":24600,"s":8,"v":28711}
{"t":"mem","a":32760,"s":8,"v":32807}

{"t":"mem","a":36856,"s":8,"v":2415919207}
{"t":"reg","off":32,"s":8,"v":5120}
{"t":"reg","off":24,"s":4,"v":1073741824}
{"t":"reg","off":24,"s":4,"v":2147483648}
{"t":"dma","sid":32,"iova":4294963200,"pa":2415919104,"mask":4095,"did":3,"leaf":1,"hit":0,"dir":"?"}
{"t":"dma","sid":32,"iova":4294967290,"pa":2415923194,"mask":4095,"did":3,"leaf":1,"hit":1,"dir":"w"}
{"t":"mem","a":36856,"s":8,"v":9223372039539130471}
{"t":"inv","type":"p-iotlb","q":[196646,4294963200]}
{"t":"dma","sid":32,"iova":4294963264,"pa":2684354624,"mask":4095,"did":3,"leaf":1,"hit":0,"dir":"r"}
END
expect_code 0 "$svasim" import qemu-jsonl log.jsonl -o log.svt
has log.svt "config cap.haw 48"
has log.svt "dma write 00:04.0 0xfffffffa id=2 length=6"
has log.svt "store 0x4008 0x3 size=4"
has log.svt "store 0x8ff8 0x80000000a0000067"
for mode in "" --functional; do
    # shellcheck disable=SC2086 # no word if empty
    expect_code 0 "$svasim" replay $mode --check-stale log.svt
    has out "3 of 3 expectations met"
    has out "0 stale answers"
done
gzip -c log.jsonl >log.jsonl.gz
expect_code 0 "$svasim" import qemu-jsonl log.jsonl.gz -o packed.svt
same log.svt packed.svt
"$svasim" import qemu-jsonl - -o - <log.jsonl >piped.svt
same log.svt piped.svt

# Capabilities: the registers of the recorded unit, and what of them cannot be said.
expect_code 0 "$svasim" import qemu-jsonl --cap 0x81d2008c222f0606 --ecap 0x880000000f42 \
    log.jsonl -o caps.svt
has caps.svt "config cap.mamv 18"
has caps.svt "config cap.smts 1"
has caps.svt "config cap.pasid 0"
has err "note: "
expect_code 0 "$svasim" replay caps.svt
has out "3 of 3 expectations met"
expect_code 0 "$svasim" dump caps.svt
has out "ECAP_REG    0x000088000000"
expect_code 2 "$svasim" import qemu-jsonl --cap lots log.jsonl -o x.svt
expect_code 2 "$svasim" import qemu-jsonl --haw 10 log.jsonl -o x.svt
# Capabilities that contradict each other.
expect_code 2 "$svasim" import qemu-jsonl --ecap 0x080000000000 log.jsonl -o x.svt
has err "cap."

# wrong TEXT EXPECTED: a second line of this text is refused, the first one kept.
wrong() {
    printf '{"t":"mem","a":4096,"s":8,"v":1}\n%s\n' "$1" >bad.jsonl
    expect_code 3 "$svasim" import qemu-jsonl bad.jsonl -o bad.svt
    has err "bad.jsonl: line 2 (byte 33): $2"
    has bad.svt "store 0x1000 0x1"
}
wrong '{"t":"mem","a":' "not JSON"
wrong 'null' ""
wrong '[1]' "an object"
wrong '{"a":1}' "t:"
wrong '{"t":"walk"}' 't: "walk"'
wrong '{"t":"mem","s":8,"v":1}' "a:"
wrong '{"t":"mem","a":1,"s":8,"v":1}' "s:"
wrong '{"t":"mem","a":8,"s":3,"v":1}' "s:"
wrong '{"t":"mem","a":-8,"s":8,"v":1}' "a:"
wrong '{"t":"mem","a":8,"s":8,"v":18446744073709551616}' "v:"
wrong '{"t":"mem","a":8,"s":8,"v":1.5}' "v:"
wrong '{"t":"reg","off":8,"s":2,"v":1}' "s:"
wrong '{"t":"reg","off":99999999999,"s":4,"v":1}' "off:"
wrong '{"t":"inv","q":[1]}' "q:"
wrong '{"t":"inv","q":[1,"x"]}' "q:"
wrong '{"t":"dma","sid":70000,"iova":1,"pa":1,"dir":"r"}' "sid:"
wrong '{"t":"dma","sid":1,"iova":1,"pa":1,"dir":"x"}' "dir:"
wrong '{"t":"dma","sid":1,"iova":1,"pa":1}' "dir:"
wrong "$(awk 'BEGIN { for (i = 0; i < 5000; i++) printf "x" }')" "longer than"
head -c 200 log.jsonl.gz >cut.jsonl.gz
expect_code 3 "$svasim" import qemu-jsonl cut.jsonl.gz -o cut.svt
expect_code 4 "$svasim" import qemu-jsonl missing.jsonl -o cut.svt
done_testing
