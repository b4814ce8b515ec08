"""Files are sealed in slices, in little memory: a changed, moved or missing part is detected."""

import io

import pytest
from cryptography.exceptions import InvalidTag

from dakehu.foundation.access import keys
from dakehu.foundation.access.encrypted_fields import encrypt_bytes
from dakehu.foundation.access.encrypted_files import SALT, SLICE, TAG, decrypt, encrypt
from tests.cast import needs_keys

pytestmark = needs_keys

HEAD, STEP = 3 + SALT, SLICE + TAG


class Watched(io.BytesIO):
    """A file that records the largest number of bytes read in one call."""

    largest = 0

    def read(self, most=-1, /):
        part = super().read(most)
        self.largest = max(self.largest, len(part))
        return part


def sealed(content, place="file.a"):
    return b"".join(encrypt(place, io.BytesIO(content)))


def plain(body, place="file.a"):
    return b"".join(decrypt(place, io.BytesIO(body)))


def content_of(size):
    return bytes(range(251)) * (size // 251) + bytes(size % 251)


@pytest.mark.parametrize("size", [0, 1, SLICE - 1, SLICE, SLICE + 1, 2 * SLICE, 3 * SLICE + 7])
def test_a_file_of_any_length_comes_back_as_it_was_and_is_read_a_slice_at_a_time(size):
    content = content_of(size)
    source = Watched(content)
    body = b"".join(encrypt("file.a", source))
    kept = Watched(body)
    parts = list(decrypt("file.a", kept))
    assert b"".join(parts) == content and max(map(len, parts)) <= SLICE
    assert source.largest <= SLICE and kept.largest <= STEP
    assert all(len(part) == SLICE for part in parts[:-1]) and SLICE % 3 == 0  # base64 of the slices can be concatenated


def test_the_same_file_sealed_twice_shows_nothing_of_it_and_is_not_alike():
    content = content_of(SLICE)
    assert sealed(content)[HEAD:] != sealed(content)[HEAD:] and content[:64] not in sealed(content)


@pytest.mark.parametrize("slices", [0, 1, 2, 3])
def test_a_file_cut_short_even_between_two_slices_does_not_open_to_its_end(slices):
    body = sealed(content_of(3 * SLICE + 7))
    with pytest.raises(InvalidTag):
        plain(body[: HEAD + slices * STEP])
    with pytest.raises(InvalidTag):
        plain(body[: HEAD + slices * STEP + 5])


def test_slices_changed_swapped_repeated_left_out_or_added_do_not_open():
    body = sealed(content_of(3 * SLICE))
    head, parts = body[:HEAD], [body[HEAD + n * STEP : HEAD + (n + 1) * STEP] for n in range(3)]
    other = sealed(content_of(3 * SLICE))[HEAD:][:STEP]
    changed = parts[0][:100] + bytes([parts[0][100] ^ 1]) + parts[0][101:]
    for wrong in (
        [changed, *parts[1:]],
        [parts[1], parts[0], parts[2]],
        [parts[0], parts[0], parts[2]],
        parts[1:],
        [parts[0], parts[2]],
        [*parts, parts[2]],
        [*parts, b"x"],
        [other, *parts[1:]],
    ):
        with pytest.raises(InvalidTag):
            plain(head + b"".join(wrong))
    assert plain(head + b"".join(parts)) == content_of(3 * SLICE)


def test_a_file_opens_at_its_own_place_only_and_not_under_another_head():
    body = sealed(b"signed")
    with pytest.raises(InvalidTag):
        plain(body, "file.b")
    with pytest.raises(InvalidTag):
        plain(body[:5] + bytes([body[5] ^ 1]) + body[6:])
    with pytest.raises(InvalidTag):
        plain(body[:20])
    with pytest.raises(LookupError):
        plain(body[:2] + b"\xfe" + body[3:])
    with pytest.raises(ValueError, match="format 9"):
        plain(body[:1] + b"\x09" + body[2:])


def test_files_sealed_whole_by_earlier_versions_and_with_earlier_keys_still_open():
    whole, sliced = encrypt_bytes("file.a", b"signed in 2025"), sealed(b"signed in 2026")
    keys.add_encryption_key()
    assert plain(whole) == b"signed in 2025" and plain(sliced) == b"signed in 2026"
    fresh = sealed(b"signed in 2027")
    assert fresh[2] == keys.encryption_keys()[0] > sliced[2] and plain(fresh) == b"signed in 2027"


def test_where_the_content_breaks_off_no_file_is_left(tmp_path):
    def breaks_off():
        yield b"some"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        keys.write_private_parts(tmp_path / "file", breaks_off())
    assert list(tmp_path.iterdir()) == []
