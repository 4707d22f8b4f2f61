// What was erased: by the header of its envelope, which its copies and its stub share. A line is left of what was unsent.

import { ERASE_PROOF_BYTES, type Stub, toHex } from '@mayfly/protocol';
import { type Erasure, stubHash } from '../crypto/stub.ts';
import type { UnsentMessage } from '../room-updates.ts';

// The end of a header in hex.
const DEL_H_AT = -2 * ERASE_PROOF_BYTES;

type Place = { readonly index: number; readonly hash: Uint8Array };
type Line = UnsentMessage & { isShown: boolean };

/** What has to be told about lines since the last time. */
export type LineChanges = { readonly unsent: readonly UnsentMessage[]; readonly gone: readonly string[] };

export class Erased {
  /** Where each first stood, or its stub. */
  readonly #places = new Map<string, Place>();
  readonly #erased = new Set<string>();
  readonly #lines = new Map<string, Line>();

  has(header: string): boolean {
    return this.#erased.has(header);
  }

  /** Whether a message with this header opened, or a stub came. */
  isKnown(header: string): boolean {
    return this.#places.has(header);
  }

  see(header: string, place: Place): void {
    if (!this.#places.has(header)) this.#places.set(header, place);
  }

  /** A stub of a message that never came. */
  seeStub(stub: Stub, index: number): void {
    this.see(toHex(stub.header), { index, hash: stubHash(stub) });
  }

  /** The index at which it is erased; undefined if it was already, or never came. */
  erase(header: string, how: Erasure): number | undefined {
    const place = this.#places.get(header);
    if (place === undefined || this.#erased.has(header)) return undefined;
    this.#erased.add(header);
    if (how === 'unsent') {
      const line = { key: toHex(place.hash), seq: place.index, isShown: false };
      this.#lines.set(header.slice(DEL_H_AT), line);
    }
    return place.index;
  }

  /** `leavesLine`: whether a message with this delH does. */
  changeLines(leavesLine: (delH: string) => boolean): LineChanges {
    const [unsent, gone]: [UnsentMessage[], string[]] = [[], []];
    for (const [delH, line] of this.#lines) {
      const isShown = leavesLine(delH);
      if (isShown === line.isShown) continue;
      line.isShown = isShown;
      if (isShown) unsent.push({ key: line.key, seq: line.seq });
      else gone.push(line.key);
    }
    return { unsent: unsent.sort((a, b) => a.seq - b.seq), gone };
  }
}
