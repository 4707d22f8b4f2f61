// A room's log: events numbered without gaps. Keeps the newest, bounded by number and bytes.

import { type Position, type ResetReason, toBase64url } from '@mayfly/protocol';
import type { StoredEvent } from '../room-store.ts';
import { EVENT_HEAD_BYTES } from '../stubs.ts';

/** What a member missed, and whether their position was still in the log (rules RESUME-1 and RESUME-2). */
export type Missed =
  | { readonly mode: 'resume'; readonly missed: readonly StoredEvent[] }
  | { readonly mode: 'reset'; readonly reason: ResetReason; readonly missed: readonly StoredEvent[] };

export class EventLog {
  readonly id: string;
  // Bare frames: V8 would promote an object around each, and every frame would then wait for a full collection.
  readonly #kept: Uint8Array[] = [];
  readonly #bounds: { readonly events: number; readonly bytes: number };
  #bytes = 0;
  #seq = 0;

  constructor(id: Uint8Array, bounds: { readonly events: number; readonly bytes: number }) {
    this.id = toBase64url(id);
    this.#bounds = bounds;
  }

  /** Of the newest event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  append(encode: (seq: number) => Uint8Array): StoredEvent {
    const seq = ++this.#seq;
    const frame = encode(seq);
    this.#kept.push(frame);
    this.#bytes += contentBytes(frame);
    this.trim(1);
    return { seq, frame };
  }

  /** Of the oldest event that is kept. */
  get first(): number {
    return this.#trimmedTo + 1;
  }

  /** Undefined if there is none, or if it is no longer kept. */
  frameAt(seq: number): Uint8Array | undefined {
    return this.#kept[seq - this.first];
  }

  /** An event was erased. Its frame isn't overwritten, because a slow socket may still be sending it. */
  replace({ seq, frame }: StoredEvent): void {
    const before = this.frameAt(seq);
    if (before === undefined) return;
    this.#bytes += frame.length - before.length;
    this.#kept[seq - this.first] = frame;
  }

  /** This member may read events after `from`, whatever the position says (rule RESUME-3). */
  missedSince(position: Position | undefined, from: number): Missed {
    const reason = this.#whyNot(position, from);
    if (reason !== undefined) return { mode: 'reset', reason, missed: this.#after(from) };
    return { mode: 'resume', missed: this.#after(Math.max(position?.seq ?? 0, from)) };
  }

  /**
   * Keeps at most this share of the bounds. Dropped frames aren't overwritten, because a slow socket may still be sending
   * them.
   */
  trim(share: number): void {
    const { events, bytes } = this.#bounds;
    while (this.#kept.length > events * share || this.#bytes > bytes * share) {
      const oldest = this.#kept.shift();
      this.#bytes -= oldest === undefined ? 0 : contentBytes(oldest);
    }
  }

  /** Overwrites everything kept. */
  wipe(): void {
    for (const frame of this.#kept) frame.fill(0);
    this.#kept.length = 0;
    this.#bytes = 0;
  }

  #whyNot(position: Position | undefined, from: number): ResetReason | undefined {
    if (position === undefined) return 'fresh';
    if (position.logId !== this.id) return 'new_log';
    if (position.seq > this.#seq) return 'ahead';
    if (Math.max(position.seq, from) < this.#trimmedTo) return 'too_old';
    return undefined;
  }

  get #trimmedTo(): number {
    return this.#seq - this.#kept.length;
  }

  #after(seq: number): readonly StoredEvent[] {
    const first = Math.max(seq, this.#trimmedTo) + 1;
    const frames = this.#kept.slice(first - 1 - this.#trimmedTo);
    return frames.map((frame, i) => ({ seq: first + i, frame }));
  }
}

function contentBytes(frame: Uint8Array): number {
  return frame.length - EVENT_HEAD_BYTES;
}
