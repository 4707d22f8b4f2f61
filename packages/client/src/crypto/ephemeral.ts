// That someone is typing: sealed, always 109 bytes, and not signed (TYPING-1).

import {
  ByteReader,
  EPHEMERAL_BYTES,
  EPHEMERAL_TYPE,
  SLOT_BYTES,
  allZero,
  concat,
  epochOf,
  u32,
  u8,
  utf8,
} from '@mayfly/protocol';
import { BOX_OVERHEAD, openBox, sealBox } from './box.ts';
import type { EpochKeys } from './keys.ts';
import type { RandomBytes } from './random.ts';
import { withJoined } from './wipe.ts';

const HEADER_BYTES = 5;
const INNER_BYTES = EPHEMERAL_BYTES - HEADER_BYTES - BOX_OVERHEAD;
const KIND = { stopped: 0, typing: 1 } as const;

export type Typing = { readonly slot: Uint8Array; readonly isTyping: boolean };

export function sealTyping(keys: EpochKeys, { slot, isTyping }: Typing, random: RandomBytes): Uint8Array {
  const inner = new Uint8Array(INNER_BYTES);
  inner.set(concat(slot, u8(isTyping ? KIND.typing : KIND.stopped)));
  const header = concat(u8(EPHEMERAL_TYPE), u32(keys.epoch));
  const sealed = withJoined(associated(keys, header), (aad) => sealBox(keys.ephemeral, aad, inner, random));
  return concat(header, sealed);
}

/** Undefined for what no member of this epoch sealed, and for kinds of later versions: drop it. */
export function openTyping(keys: EpochKeys, sealed: Uint8Array): Typing | undefined {
  if (sealed.length !== EPHEMERAL_BYTES || sealed[0] !== EPHEMERAL_TYPE) return undefined;
  if (epochOf(sealed) !== keys.epoch) return undefined;
  const header = sealed.subarray(0, HEADER_BYTES);
  const inner = withJoined(associated(keys, header), (aad) =>
    openBox(keys.ephemeral, aad, sealed.subarray(HEADER_BYTES)),
  );
  return inner && readInner(inner);
}

function readInner(inner: Uint8Array): Typing | undefined {
  const reader = new ByteReader(inner);
  const slot = reader.take(SLOT_BYTES);
  const kind = reader.u8();
  if (!allZero(reader.rest()) || (kind !== KIND.stopped && kind !== KIND.typing)) return undefined;
  return { slot, isTyping: kind === KIND.typing };
}

function associated(keys: EpochKeys, header: Uint8Array): readonly Uint8Array[] {
  return [utf8('mayfly/v1 env\0'), header, keys.ctx];
}
