"""A Mayfly client that shares no code with the others: written from docs/protocol.md and docs/crypto.md alone.

Needs Debian's python3-websockets and python3-nacl.
"""
