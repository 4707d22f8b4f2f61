// Messages as if they had been opened already: sealing thousands would take minutes.

import { sha256 } from '@noble/hashes/sha2.js';
import { type LogEvent, concat, u16, u32 } from '@mayfly/protocol';
import type { OpenedMessage } from '../crypto/envelope.ts';
import { logTagOf } from '../crypto/event-hash.ts';
import { LOG_ID } from './random-log.ts';

export const NOW = Date.UTC(2026, 0, 1);

/** A page reloads after so many messages, and begins another chain. */
const RELOADED_AFTER = 300;

export type Written = Pick<OpenedMessage, 'ctype' | 'body'> & Partial<OpenedMessage>;

/** Who write into one log, each in chains of their own. */
export class Talkers {
  // By envelope.
  readonly #opened = new WeakMap<Uint8Array, OpenedMessage>();
  readonly #counts = new Map<number, number>();
  readonly #mids = new Map<number, Uint8Array>();
  /** How many signatures were checked. */
  checks = 0;
  #seq = 0;

  write(person: number, written: Written): { readonly event: LogEvent; readonly opened: OpenedMessage } {
    this.#seq += 1;
    const mid = bytes(this.#seq, 32);
    const before = this.#counts.get(person) ?? 0;
    this.#counts.set(person, before + 1);
    const opened = {
      pk: bytes(person, 32),
      sess: u32(person * 1_000 + Math.floor(before / RELOADED_AFTER)),
      count: (before % RELOADED_AFTER) + 1,
      prev:
        before % RELOADED_AFTER === 0 ? new Uint8Array(32) : (this.#mids.get(person) ?? new Uint8Array(32)),
      statement: { logTag: logTagOf(LOG_ID), seq: this.#seq - 1, events: 0, seen: new Uint8Array(8) },
      at: NOW,
      name: `Person ${person}`,
      ttl: 0,
      epoch: 0,
      flags: 0,
      mid,
      signature: new Uint8Array(64),
      delH: sha256(proofOf(mid)).slice(0, 16),
      ...written,
    };
    this.#mids.set(person, mid);
    return { opened, event: this.#event(opened) };
  }

  /** The same message, once more. */
  again(opened: OpenedMessage): LogEvent {
    this.#seq += 1;
    return this.#event(opened);
  }

  #event(opened: OpenedMessage): LogEvent {
    const envelope = concat(headerOf(opened), new Uint8Array(24));
    this.#opened.set(envelope, opened);
    return { type: 'message', seq: this.#seq, envelope };
  }

  /** In the place of this message, which its author took back. */
  stub(opened: OpenedMessage, seq: number): LogEvent {
    const [restHash, proof] = [new Uint8Array(32), proofOf(opened.mid)];
    return { type: 'stub', seq, reason: 1, header: headerOf(opened), restHash, proof };
  }

  /** Counts of a person that no one ever gets. */
  lose(person: number, count: number): void {
    this.#counts.set(person, (this.#counts.get(person) ?? 0) + count);
  }

  get seq(): number {
    return this.#seq;
  }

  get crypto() {
    return {
      openEnvelope: (_keys: unknown, envelope: Uint8Array) => {
        const message = this.#opened.get(envelope);
        if (message === undefined) throw new Error('not of this test');
        return { ok: true, message } as const;
      },
      verifyMessage: () => {
        this.checks += 1;
        return true;
      },
      verifyCommand: () => true,
    };
  }
}

function headerOf({ ttl, delH }: OpenedMessage): Uint8Array {
  return concat(Uint8Array.of(0x11), u32(0), u16(ttl), delH);
}

export function about({ mid }: OpenedMessage): Pick<OpenedMessage, 'ref' | 'flags'> {
  return { ref: mid.slice(0, 16), flags: 1 };
}

export function proofOf(mid: Uint8Array): Uint8Array {
  return mid.slice(0, 16);
}

export function bytes(value: number, length: number): Uint8Array {
  return concat(u32(value + 1), new Uint8Array(length - 4).fill(7));
}
