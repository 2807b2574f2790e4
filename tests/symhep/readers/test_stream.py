"""Blocks of bytes from files, compressed or not, whole or not."""

from __future__ import annotations

import bz2
import gzip
import lzma

import numpy as np
import pytest

from symhep.errors import InputError
from symhep.readers.stream import blocks, head

DATA = np.random.default_rng(3).integers(0, 40, 300_000, dtype=np.uint8).tobytes()


@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, bz2.compress, lzma.compress], ids=["plain", "gz", "bz2", "xz"]
)
@pytest.mark.parametrize("url", [False, True])
@pytest.mark.parametrize("size", [1000, 1 << 20])
def test_the_bytes_come_back_in_blocks(tmp_path, pack, url, size):
    path = tmp_path / "data.bin"
    path.write_bytes(pack(DATA))
    pieces = list(blocks(f"file://{path}" if url else str(path), size))
    assert b"".join(pieces) == DATA
    assert max(map(len, pieces)) <= size


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_members_after_one_another(tmp_path, pack):
    (tmp_path / "a").write_bytes(pack(b"one") + pack(b"") + pack(b"two"))
    assert b"".join(blocks(str(tmp_path / "a"))) == b"onetwo"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_a_cut_is_an_input_error_after_all_that_is_good(tmp_path, pack):
    packed = pack(DATA)
    path = tmp_path / "cut"
    path.write_bytes(packed[: len(packed) * 2 // 3])
    pieces: list[bytes] = []
    with pytest.raises(InputError, match="the compressed file is truncated; copy it again") as error:
        pieces.extend(blocks(str(path), 1000))
    got = b"".join(pieces)
    assert error.value.byte == len(got)
    assert DATA.startswith(got)
    assert pack is not gzip.compress or len(got) > len(DATA) // 2


def test_damage_and_rubbish_behind_the_data(tmp_path):
    packed = bytearray(gzip.compress(DATA))
    (tmp_path / "behind").write_bytes(bytes(packed) + b"rubbish")
    with pytest.raises(InputError, match="cannot be read further"):
        list(blocks(str(tmp_path / "behind")))
    packed[len(packed) // 2] ^= 0xFF
    (tmp_path / "damaged").write_bytes(packed)
    with pytest.raises(InputError, match=r"cannot be read further|cut short"):
        list(blocks(str(tmp_path / "damaged")))


def test_head(tmp_path):
    (tmp_path / "a").write_bytes(gzip.compress(DATA))
    assert head(str(tmp_path / "a"), 10) == DATA[:10]
    (tmp_path / "empty").write_bytes(b"")
    assert head(str(tmp_path / "empty")) == b""


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("{}/none", "no such file"),
        ("file://{}/none", "no such file"),
        ("nosuchprotocol://a/b", "cannot be opened"),
        ("{}", "cannot be opened"),
    ],
)
def test_what_cannot_be_opened(tmp_path, path, message):
    with pytest.raises(InputError, match=message):
        list(blocks(path.format(tmp_path)))
