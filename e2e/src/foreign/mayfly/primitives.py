"""Bytes, hashes, seals and signatures: KEY-1, BOX-1, SIG-1 to SIG-4, LINK-2."""

import base64
import hashlib
import hmac
import secrets

from nacl import bindings, exceptions

DOMAIN = b"mayfly/v1 "
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
NONCE_BYTES, TAG_BYTES = 24, 16


class Misfit(ValueError):
    """Bytes that break a rule of layout."""


def u8(number):
    return number.to_bytes(1, "big")


def u16(number):
    return number.to_bytes(2, "big")


def u32(number):
    return number.to_bytes(4, "big")


def u48(number):
    return number.to_bytes(6, "big")


class Reader:
    """Takes fields from the front, and refuses to read past the end."""

    def __init__(self, raw):
        self._raw, self._at = raw, 0

    def take(self, length):
        field = self._raw[self._at : self._at + length]
        if len(field) != length:
            raise Misfit("too short")
        self._at += length
        return field

    def number(self, length):
        return int.from_bytes(self.take(length), "big")

    @property
    def read(self):
        """All that was taken so far."""
        return self._raw[: self._at]

    @property
    def rest(self):
        return self._raw[self._at :]


def to_base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text, length=None):
    """Only the one canonical spelling, and only of this many bytes if they are given."""
    if not isinstance(text, str):
        raise Misfit("not a string")
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
    except ValueError as error:
        raise Misfit("not base64url") from error
    if to_base64url(raw) != text or (length is not None and len(raw) != length):
        raise Misfit("not canonical, or of another length")
    return raw


def digest(domain, *parts):
    """H of KEY-1."""
    return hashlib.sha256(DOMAIN + domain + b"\0" + b"".join(parts)).digest()


def extract(salt, secret):
    """E of KEY-1."""
    return hmac.digest(salt, secret, "sha256")


def extract_for(domain, secret):
    return extract(DOMAIN + domain, secret)


def expand(key, label, length=32):
    """X of KEY-1, which is HKDF-Expand (RFC 5869, 2.3)."""
    info, blocks, block = DOMAIN + label, b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + u8(counter), "sha256")
        blocks += block
    return blocks[:length]


def base58map(raw):
    """LINK-2: bytes from 232 on are skipped, so every character is equally likely."""
    return "".join(BASE58[byte % 58] for byte in raw if byte < 232)


def seal_box(key, associated, plain, nonce=None):
    """BOX-1."""
    nonce = nonce or secrets.token_bytes(NONCE_BYTES)
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, associated, nonce, key)


def open_box(key, associated, sealed):
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise Misfit("shorter than a box")
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(rest, associated, nonce, key)
    except exceptions.CryptoError as error:
        raise Misfit("the seal doesn't hold") from error


class SigningKey:
    """Ed25519, from its 32-byte seed."""

    def __init__(self, seed=None):
        self.seed = seed or secrets.token_bytes(32)
        self.pk, self._sk = bindings.crypto_sign_seed_keypair(self.seed)

    def sign(self, purpose, message):
        """SIG-1."""
        return bindings.crypto_sign(DOMAIN + purpose + b"\0" + message, self._sk)[:64]


P = 2**255 - 19

SMALL_ORDER_Y = {
    bytes.fromhex(y)
    for y in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
}

LOW_ORDER_U = {
    bytes.fromhex(u)
    for u in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
}


def without_top_bit(raw):
    return raw[:31] + u8(raw[31] & 0x7F)


def is_good_point(raw):
    """SIG-2: canonical, and not of small order."""
    if len(raw) != 32:
        return False
    y = without_top_bit(raw)
    return int.from_bytes(y, "little") < P and y not in SMALL_ORDER_Y


def is_good_exchange_key(raw):
    """SIG-4."""
    return len(raw) == 32 and without_top_bit(raw) not in LOW_ORDER_U


def verify_bytes(pk, message, signature):
    """SIG-2. libsodium compares R with [S]B - [k]A, without the cofactor; what it leaves open is checked before."""
    if len(signature) != 64 or not is_good_point(pk) or not is_good_point(signature[:32]):
        return False
    try:
        bindings.crypto_sign_open(signature + message, pk)
        return True
    except exceptions.BadSignatureError:
        return False


def verify(pk, purpose, message, signature):
    return verify_bytes(pk, DOMAIN + purpose + b"\0" + message, signature)


def exchange_public_key(secret):
    return bindings.crypto_scalarmult_base(secret)


def strict_text(raw):
    """UTF-8, or a misfit. A byte order mark stays, as crypto.md wants it."""
    try:
        return raw.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise Misfit("not UTF-8") from error
