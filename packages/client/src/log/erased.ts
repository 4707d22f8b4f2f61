// What was erased: by the header of its envelope, which its copies and its stub share. A line is left of what was unsent.

import { ERASE_PROOF_BYTES, type Stub, toHex } from '@mayfly/protocol';
import { type Erasure, stubHash } from '../crypto/stub.ts';
import type { UnsentMessage } from '../room-updates.ts';
import { keepNewest, keepOnly } from './horizon.ts';

/** So many headers are remembered: a copy of what was erased is as gone. */
const ERASED_MAX = 20_000;

// The end of a header in hex.
const DEL_H_AT = -2 * ERASE_PROOF_BYTES;

/** `isNamed`: a later unsend has its proof. */
type Place = { readonly index: number; readonly hash: Uint8Array; isNamed: boolean };
type Line = UnsentMessage & { isShown: boolean };

/** What has to be told about lines since the last time. */
export type LineChanges = { readonly unsent: readonly UnsentMessage[]; readonly gone: readonly string[] };

export class Erased {
  /** Where each first stood, or its stub. */
  readonly #places = new Map<string, Place>();
  /** Headers of those that no unsend named yet. */
  readonly #unnamed = new Map<string, string[]>();
  readonly #erased = new Set<string>();
  /** By header. */
  readonly #lines = new Map<string, Line>();

  /** What stood before this index. Its lines stay where they are shown. */
  forget(index: number): void {
    keepOnly(this.#places, (place) => place.index >= index);
    keepOnly(this.#lines, ({ seq }) => seq >= index);
    for (const [delH, headers] of this.#unnamed)
      this.#unnamed.set(
        delH,
        headers.filter((header) => this.isKnown(header)),
      );
    keepOnly(this.#unnamed, (headers) => headers.length > 0);
    keepNewest(this.#erased, ERASED_MAX);
  }

  has(header: string): boolean {
    return this.#erased.has(header);
  }

  /** Whether a message with this header opened, or a stub came. */
  isKnown(header: string): boolean {
    return this.#places.has(header);
  }

  see(header: string, place: Omit<Place, 'isNamed'>): void {
    if (this.#places.has(header)) return;
    this.#places.set(header, { ...place, isNamed: false });
    const delH = header.slice(DEL_H_AT);
    const unnamed = this.#unnamed.get(delH);
    if (unnamed === undefined) this.#unnamed.set(delH, [header]);
    else unnamed.push(header);
  }

  /** A stub of a message that never came. */
  seeStub(stub: Stub, index: number): void {
    this.see(toHex(stub.header), { index, hash: stubHash(stub) });
  }

  /** An unsend has the proof of what stands before it with this delH: it leaves a line, however it was or will be erased. */
  name(delH: string): void {
    const headers = this.#unnamed.get(delH) ?? [];
    this.#unnamed.delete(delH);
    for (const header of headers) {
      const place = this.#places.get(header);
      if (place === undefined) continue;
      place.isNamed = true;
      if (this.#erased.has(header)) this.#leaveLine(header, place);
    }
  }

  /** The index at which it is erased; undefined if it was already, or never came. */
  erase(header: string, how: Erasure): number | undefined {
    const place = this.#places.get(header);
    if (place === undefined) return undefined;
    if (how === 'unsent' || place.isNamed) this.#leaveLine(header, place);
    if (this.#erased.has(header)) return undefined;
    this.#erased.add(header);
    return place.index;
  }

  #leaveLine(header: string, { hash, index }: Place): void {
    if (!this.#lines.has(header)) this.#lines.set(header, { key: toHex(hash), seq: index, isShown: false });
  }

  /** `leavesLine`: whether a message with this delH does. */
  changeLines(leavesLine: (delH: string) => boolean): LineChanges {
    const [unsent, gone]: [UnsentMessage[], string[]] = [[], []];
    for (const [header, line] of this.#lines) {
      const isShown = leavesLine(header.slice(DEL_H_AT));
      if (isShown === line.isShown) continue;
      line.isShown = isShown;
      if (isShown) unsent.push({ key: line.key, seq: line.seq });
      else gone.push(line.key);
    }
    return { unsent: unsent.sort((a, b) => a.seq - b.seq), gone };
  }
}
