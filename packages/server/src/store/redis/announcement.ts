// Decodes what functions announce on a room's channel (`publish` in keys.lua) into notices.

import {
  ByteReader,
  ENDED_REASONS,
  LOG_ID_BYTES,
  PUBLIC_KEY_BYTES,
  SERVER_KIND,
  SLICE_BYTES,
  SLOT_BYTES,
  concat,
  encodeCommandEvent,
  encodeEphemeralFrame,
  encodeMessageEvent,
  encodeProfileFrame,
  encodeSliceFrame,
  toBase64url,
  toHex,
  u32,
  u8,
} from '@mayfly/protocol';
import type { SlicesBySlot, StoreNotice, StoredEvent } from '../room-store.ts';

/** A crowd's counts are due after this time: every node that receives this calls `flush_counts` then. */
type Due = { readonly type: 'due'; readonly inMs: number };

/** Slice frames by slot, to go out before that event. */
export type SlicesComing = {
  readonly type: 'slices';
  readonly logId: string;
  readonly seq: number;
  readonly slices: SlicesBySlot;
};

/** Undefined for kinds that only another build knows. */
export function readAnnouncement(announced: Uint8Array): StoreNotice | SlicesComing | Due | undefined {
  // A copy, because the connection reuses its buffer.
  const reader = new ByteReader(new Uint8Array(announced));
  switch (letter(reader)) {
    case 'E': {
      const logId = toBase64url(reader.take(LOG_ID_BYTES));
      const seq = reader.u32();
      return { type: 'event', logId, event: storedEvent(seq, letter(reader), reader.rest()) };
    }
    case 'Z': {
      const logId = toBase64url(reader.take(LOG_ID_BYTES));
      return { type: 'erased', logId, event: storedEvent(reader.u32(), 'x', reader.rest()) };
    }
    case 'K':
      return readSlices(reader);
    case 'P':
      return readPresence(reader);
    case 'F': {
      const slot = reader.take(SLOT_BYTES);
      const idPk = reader.take(PUBLIC_KEY_BYTES);
      return { type: 'profile', frame: encodeProfileFrame(slot, idPk, reader.rest()) };
    }
    case 'S':
      return { type: 'ephemeral', from: reader.take(SLOT_BYTES), frame: encodeEphemeralFrame(reader.rest()) };
    case 'L':
      return { type: 'life', expiresInMs: reader.u32() };
    case 'D':
      return { type: 'due', inMs: reader.u32() };
    case 'R':
      return { type: 'replaced', session: { slot: reader.take(SLOT_BYTES), generation: reader.u32() } };
    case 'X': {
      const why = new TextDecoder().decode(reader.rest());
      return { type: 'ended', reason: ENDED_REASONS.find((reason) => reason === why) ?? 'server' };
    }
    default:
      return undefined;
  }
}

/** `kind` as the log's entries name it: `m` a message, `c` a command, `x` a stub. */
export function storedEvent(seq: number, kind: string, content: Uint8Array): StoredEvent {
  return { seq, frame: encodeEvent(seq, kind, content) };
}

function encodeEvent(seq: number, kind: string, content: Uint8Array): Uint8Array {
  if (kind === 'm') return encodeMessageEvent(seq, content);
  if (kind === 'x') return concat(u8(SERVER_KIND.stub), u32(seq), content);
  return encodeCommandEvent(seq, content, NO_BLOB_APART);
}

const NO_BLOB_APART = new Uint8Array(0);

function readSlices(reader: ByteReader): SlicesComing {
  const [logId, seq, epoch] = [toBase64url(reader.take(LOG_ID_BYTES)), reader.u32(), reader.u32()];
  const slices = new Map<string, Uint8Array>();
  while (reader.intact && !reader.ended) {
    slices.set(toHex(reader.take(SLOT_BYTES)), encodeSliceFrame(epoch, reader.take(SLICE_BYTES)));
  }
  return { type: 'slices', logId, seq, slices };
}

function readPresence(reader: ByteReader): StoreNotice {
  const [version, count, snapshot] = [reader.u32(), reader.u32(), reader.u8()];
  const [joined, away, left] = [reader.u16(), reader.u16(), reader.u16()];
  const slot = () => reader.take(SLOT_BYTES);
  return {
    type: 'presence',
    presence: {
      type: 'presence',
      version,
      snapshot: snapshot === 1,
      joined: Array.from({ length: joined }, () => ({ slot: slot(), idPk: reader.take(PUBLIC_KEY_BYTES) })),
      away: Array.from({ length: away }, slot),
      left: Array.from({ length: left }, slot),
      count,
    },
  };
}

function letter(reader: ByteReader): string {
  return String.fromCharCode(reader.u8());
}
