// Messages that take others back (UNSEND-1 to UNSEND-3): whom each one names, and whether a line is left. What counts is
// the proof in them, which only the author of the other one can make; so they needn't be accepted.

import { sha256 } from '@noble/hashes/sha2.js';
import { ERASE_PROOF_BYTES, toHex } from '@mayfly/protocol';
import { contentOf } from '../content/content.ts';
import { CTYPE } from '../content/ctype.ts';
import type { OpenedMessage } from '../crypto/envelope.ts';

type Named = { readonly ref: string; readonly delH: string };
type Unsend = Named & { readonly header: string; readonly index: number; readonly leavesLine: boolean };

export class Unsends {
  /** By place. The first one decides about the line: no one else can know the proof before it. */
  readonly #byDelH = new Map<string, Unsend[]>();
  readonly #byHeader = new Map<string, Unsend>();

  /** Takes messages of any kind that opened, by place. Returns what this one takes back. */
  add(opened: OpenedMessage, header: string, index: number): Named | undefined {
    const unsend = this.#byHeader.get(header) ?? readUnsend(opened, header, index);
    if (unsend === undefined || this.#byHeader.has(header)) return unsend;
    this.#byHeader.set(header, unsend);
    const others = this.#byDelH.get(unsend.delH);
    if (others === undefined) this.#byDelH.set(unsend.delH, [unsend]);
    else others.push(unsend);
    return unsend;
  }

  /** It is erased itself. What it erased stays erased. */
  remove(header: string): void {
    const unsend = this.#byHeader.get(header);
    if (unsend === undefined) return;
    this.#byHeader.delete(header);
    const others = (this.#byDelH.get(unsend.delH) ?? []).filter((other) => other !== unsend);
    if (others.length > 0) this.#byDelH.set(unsend.delH, others);
    else this.#byDelH.delete(unsend.delH);
  }

  /** Those before this index. */
  forget(index: number): void {
    for (const unsend of this.#byHeader.values()) if (unsend.index < index) this.remove(unsend.header);
  }

  leavesLine(delH: string): boolean {
    return this.#byDelH.get(delH)?.[0]?.leavesLine ?? true;
  }
}

function readUnsend(opened: OpenedMessage, header: string, index: number): Unsend | undefined {
  if (opened.ctype !== CTYPE.unsend) return undefined;
  const content = contentOf(opened);
  if (content.kind !== 'unsend') return undefined;
  const delH = toHex(sha256(content.proof).subarray(0, ERASE_PROOF_BYTES));
  return { ref: content.ref, delH, header, index, leavesLine: content.leavesLine };
}
