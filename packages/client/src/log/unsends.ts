// Messages that took others back (UNSEND-1 and UNSEND-2): whom each one names, and whether a line is left.

import { sha256 } from '@noble/hashes/sha2.js';
import { ERASE_PROOF_BYTES, equalBytes, toHex } from '@mayfly/protocol';
import { contentOf } from '../content/content.ts';
import { CTYPE } from '../content/ctype.ts';
import type { Candidate } from './chain.ts';

type Unsend = { readonly message: Candidate; readonly delH: string; readonly leavesLine: boolean };

export class Unsends {
  readonly #byRef = new Map<string, readonly Unsend[]>();
  /** The one that stands first decides about the line: no one else can know the proof before it. */
  readonly #byDelH = new Map<string, readonly Unsend[]>();

  /** Takes accepted messages of any kind. Returns the refs that some of them name. */
  add(messages: readonly Candidate[]): readonly string[] {
    return messages.flatMap((message) => {
      const read = readUnsend(message);
      if (read === undefined || this.#byRef.get(read.ref)?.some((other) => other.message === message))
        return [];
      put(this.#byRef, read.ref, read);
      put(this.#byDelH, read.delH, read);
      return [read.ref];
    });
  }

  /** They are erased themselves, or no longer accepted. What they erased stays erased. */
  remove(messages: readonly Candidate[]): void {
    for (const message of messages) {
      const read = readUnsend(message);
      if (read === undefined) continue;
      drop(this.#byRef, read.ref, message);
      drop(this.#byDelH, read.delH, message);
    }
  }

  /** Whether its author took this message back, after it. */
  takesBack(target: Candidate, ref: string): boolean {
    const delH = toHex(target.opened.delH);
    return (this.#byRef.get(ref) ?? []).some(
      (unsend) =>
        unsend.delH === delH &&
        unsend.message.index > target.index &&
        equalBytes(unsend.message.opened.pk, target.opened.pk),
    );
  }

  leavesLine(delH: string): boolean {
    const [first, ...others] = this.#byDelH.get(delH) ?? [];
    if (first === undefined) return true;
    return others.reduce((a, b) => (a.message.index < b.message.index ? a : b), first).leavesLine;
  }
}

function readUnsend(message: Candidate): (Unsend & { readonly ref: string }) | undefined {
  if (message.opened.ctype !== CTYPE.unsend) return undefined;
  const content = contentOf(message.opened);
  if (content.kind !== 'unsend') return undefined;
  const delH = toHex(sha256(content.proof).subarray(0, ERASE_PROOF_BYTES));
  return { message, ref: content.ref, delH, leavesLine: content.leavesLine };
}

function put(map: Map<string, readonly Unsend[]>, name: string, unsend: Unsend): void {
  map.set(name, [...(map.get(name) ?? []), unsend]);
}

function drop(map: Map<string, readonly Unsend[]>, name: string, message: Candidate): void {
  const left = (map.get(name) ?? []).filter((unsend) => unsend.message !== message);
  if (left.length > 0) map.set(name, left);
  else map.delete(name);
}
