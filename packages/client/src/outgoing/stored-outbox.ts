// The outbox in the tab's storage, for a reload (SEND-7): one text per message, so the cost of a message doesn't depend on how
// many wait, and one text with the highest possible number of them.

import {
  BODY_BYTES_MAX,
  type JsonObject,
  REFUSED_CODES,
  SLOT_BYTES,
  bytesField,
  field,
  fromBase64url,
  isEnvelope,
  oneOf,
  parseJsonObject,
  toBase64url,
  utf8,
  wholeNumber,
} from '@mayfly/protocol';
import { KEPT_MAX, SIZE_NAME, nameOf, readSize } from '../storage/outbox-names.ts';
import { CTYPE } from '../content/ctype.ts';
import { REF_BYTES } from '../crypto/envelope.ts';
import type { FailReason } from '../room-updates.ts';
import type { Draft } from './sealer.ts';
import type { RoomStorage } from '../storage/tab-storage.ts';

/** The number a message was sent under, and the member record it counts for. */
export type SentAs = { readonly slot: Uint8Array; readonly n: number };

/** A message without an echo. `sess` is in the sealed bytes only: a page never continues an older chain. */
export type KeptMessage = {
  /** Its mid, hex. */
  readonly key: string;
  readonly envelope: Uint8Array;
  readonly draft: Draft;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Undefined if it was never sent, or was certainly not logged. */
  readonly sent?: SentAs;
  /** It failed, and waits for its author to retry or discard it. */
  readonly failed?: FailReason;
};

const FAIL_REASONS: readonly FailReason[] = [...REFUSED_CODES, 'withheld'];
const KEY = /^[0-9a-f]{64}$/;
const U8_MAX = 255;
const U16_MAX = 65_535;
const U32_MAX = 2 ** 32 - 1;
const U48_MAX = 2 ** 48 - 1;

type Kept = { readonly index: number; readonly order: number };

export class StoredOutbox {
  readonly #storage: RoomStorage;
  readonly #kept = new Map<string, Kept>();
  // Keys of messages that a reload would lose.
  readonly #unsafe = new Set<string>();
  // Indices below `#size` that are free.
  #free: number[] = [];
  #size = 0;
  #sizeIsSafe = false;
  #nextOrder = 0;

  constructor(storage: RoomStorage) {
    this.#storage = storage;
  }

  /** Whether a reload would bring back every message. */
  get isSafe(): boolean {
    return this.#unsafe.size === 0;
  }

  /** What an earlier page left, oldest first. Unreadable entries are removed. */
  load(): readonly KeptMessage[] {
    const found: (Kept & { readonly message: KeptMessage })[] = [];
    this.#size = readSize(this.#storage);
    this.#sizeIsSafe = this.#size > 0;
    for (let index = 0; index < this.#size; index++) {
      const read = decode(this.#storage.get(nameOf(index)));
      if (read === undefined || this.#kept.has(read.message.key)) {
        this.#release(index);
        continue;
      }
      this.#kept.set(read.message.key, { index, order: read.order });
      found.push({ index, ...read });
    }
    found.sort((a, b) => a.order - b.order);
    this.#nextOrder = (found.at(-1)?.order ?? -1) + 1;
    this.#shrink();
    return found.map(({ message }) => message);
  }

  /** Stores its current state, at the end or where it already is. */
  keep(message: KeptMessage): void {
    const { key } = message;
    const kept = this.#kept.get(key) ?? this.#assign(key);
    const safe =
      kept !== undefined &&
      this.#storage.set(nameOf(kept.index), encode(message, kept.order)) &&
      this.#sizeIsSafe;
    if (safe) this.#unsafe.delete(key);
    else this.#unsafe.add(key);
  }

  drop(key: string): void {
    this.#unsafe.delete(key);
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#release(kept.index);
    this.#shrink();
  }

  #assign(key: string): Kept | undefined {
    const index = this.#free.pop() ?? this.#grow();
    if (index === undefined) return undefined;
    const kept = { index, order: this.#nextOrder++ };
    this.#kept.set(key, kept);
    return kept;
  }

  // The size first: an entry beyond it would never be found or removed again.
  #grow(): number | undefined {
    if (this.#size === KEPT_MAX) return undefined;
    this.#size += 1;
    this.#sizeIsSafe = this.#storage.set(SIZE_NAME, JSON.stringify({ v: 1, size: this.#size }));
    return this.#size - 1;
  }

  #release(index: number): void {
    this.#storage.remove(nameOf(index));
    this.#free.push(index);
  }

  #shrink(): void {
    if (this.#kept.size > 0) return;
    this.#storage.remove(SIZE_NAME);
    this.#size = 0;
    this.#free = [];
  }
}

function encode({ key, envelope, draft, at, sent, failed }: KeptMessage, order: number): string {
  return JSON.stringify({
    order,
    key,
    envelope: toBase64url(envelope),
    text: draft.body,
    ...(draft.ctype !== CTYPE.text && { ctype: draft.ctype }),
    ...(draft.ref && { ref: toBase64url(draft.ref) }),
    ...(draft.ttl !== undefined && { ttl: draft.ttl }),
    at,
    ...(sent && { slot: toBase64url(sent.slot), n: sent.n }),
    ...(failed && { failed }),
  });
}

function decode(json: string): { readonly order: number; readonly message: KeptMessage } | undefined {
  const object = parseJsonObject(json);
  const message = object && readMessage(object);
  const order = object && wholeNumber(field(object, 'order'), U48_MAX);
  return message && order !== undefined ? { order, message } : undefined;
}

function readMessage(object: JsonObject): KeptMessage | undefined {
  const key = field(object, 'key');
  const draft = readDraft(object);
  const at = wholeNumber(field(object, 'at'), U48_MAX);
  const envelope = readEnvelope(field(object, 'envelope'));
  if (typeof key !== 'string' || !KEY.test(key)) return undefined;
  if (draft === undefined || at === undefined || envelope === undefined) return undefined;
  const sent = readSentAs(object);
  const failed = oneOf(field(object, 'failed'), FAIL_REASONS);
  return { key, envelope, draft, at, ...(sent && { sent }), ...(failed && { failed }) };
}

// Entries of earlier versions are texts, and have no ctype, ref or ttl.
function readDraft(object: JsonObject): Draft | undefined {
  const body = field(object, 'text');
  const ctype = wholeNumber(field(object, 'ctype') ?? CTYPE.text, U8_MAX);
  const ref = bytesField(field(object, 'ref'), REF_BYTES);
  const ttl = wholeNumber(field(object, 'ttl'), U16_MAX);
  if (typeof body !== 'string' || utf8(body).length > BODY_BYTES_MAX || ctype === undefined) return undefined;
  return { ctype, ...(ref && { ref }), ...(ttl !== undefined && { ttl }), body };
}

function readEnvelope(value: unknown): Uint8Array | undefined {
  const bytes = typeof value === 'string' ? fromBase64url(value) : undefined;
  return bytes !== undefined && isEnvelope(bytes) ? bytes : undefined;
}

function readSentAs(object: JsonObject): SentAs | undefined {
  const slot = bytesField(field(object, 'slot'), SLOT_BYTES);
  const n = wholeNumber(field(object, 'n'), U32_MAX);
  return slot && n ? { slot, n } : undefined;
}
