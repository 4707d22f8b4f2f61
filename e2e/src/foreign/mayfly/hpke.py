"""HPKE base mode (RFC 9180) with X25519, HKDF-SHA256 and ChaCha20-Poly1305, for one message to one key: SLICE-1, OWNER-4."""

import hashlib
import hmac

from nacl import bindings

from .primitives import exchange_public_key, u8, u16

KEM = b"KEM" + u16(0x20)
SUITE = b"HPKE" + u16(0x20) + u16(1) + u16(3)


def seal_to(x_pk, info, aad, plaintext, ephemeral):
    """enc 32 | ciphertext | tag 16. `ephemeral`: a fresh secret."""
    enc = exchange_public_key(ephemeral)
    key, nonce = _key(bindings.crypto_scalarmult(ephemeral, x_pk), enc + x_pk, info)
    return enc + bindings.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, aad, nonce, key)


def _key(shared_point, kem_context, info):
    prk = _extract(KEM, b"", b"eae_prk", shared_point)
    shared = _expand(KEM, prk, b"shared_secret", kem_context, 32)
    context = u8(0) + _extract(SUITE, b"", b"psk_id_hash", b"") + _extract(SUITE, b"", b"info_hash", info)
    secret = _extract(SUITE, shared, b"secret", b"")
    return _expand(SUITE, secret, b"key", context, 32), _expand(SUITE, secret, b"base_nonce", context, 12)


def _extract(suite, salt, label, secret):
    return hmac.new(salt or bytes(32), b"HPKE-v1" + suite + label + secret, hashlib.sha256).digest()


def _expand(suite, prk, label, info, length):
    """One block is enough for every length here."""
    labeled = u16(length) + b"HPKE-v1" + suite + label + info
    return hmac.new(prk, labeled + b"\1", hashlib.sha256).digest()[:length]
