// Whether a message was written when it entered the log, or long before (RECV-4). A member can repost what another wrote to
// pages that never saw it; the signed statement and time give that away.

import { toHex } from '@mayfly/protocol';
import { CLOCK_TOLERANCE_MS } from '../clock.ts';
import type { Candidate } from './chain.ts';
import { keepNewest } from './horizon.ts';

/** A message sent when it was written arrives within this time. */
export const LATE_AFTER_MS = 120_000;

/** People whose clocks are remembered. */
const WRITERS_MAX = 10_000;

type Writer = {
  /** How slow their clock seems, from messages whose sender had seen everything before them. */
  lagMs: number;
  late: readonly { readonly message: Candidate; readonly lagMs: number }[];
};

export class Freshness {
  readonly #writers = new Map<string, Writer>();
  // By senders' clocks, among messages not ahead of their arrival.
  #newestMs = -Infinity;

  /** Takes accepted messages by index. Returns earlier ones that turn out not to be late. */
  judge(message: Candidate): readonly Candidate[] {
    if (message.late !== undefined) return [];
    const writer = this.#writer(message.opened.pk);
    const lagMs = this.#lagOf(message);
    this.#noteTime(message);
    if (message.overtaken === false) {
      message.late = false;
      return excuse(writer, message.live ? lagMs : Math.max(writer.lagMs, lagMs));
    }
    message.late = message.overtaken === true && exceeds(lagMs, writer.lagMs);
    if (message.late) writer.late = [...writer.late, { message, lagMs }];
    return [];
  }

  /** Messages before this index. */
  forget(index: number): void {
    for (const writer of this.#writers.values())
      writer.late = writer.late.filter(({ message }) => message.index >= index);
    keepNewest(this.#writers, WRITERS_MAX);
  }

  // A history doesn't say when messages arrived, only what was written before.
  #lagOf({ live, arrivedAt, opened }: Candidate): number {
    return (live ? arrivedAt : this.#newestMs) - opened.at;
  }

  #noteTime({ arrivedAt, opened }: Candidate): void {
    if (opened.at <= arrivedAt + CLOCK_TOLERANCE_MS) this.#newestMs = Math.max(this.#newestMs, opened.at);
  }

  #writer(pk: Uint8Array): Writer {
    const key = toHex(pk);
    const known = this.#writers.get(key);
    if (known !== undefined) return known;
    const writer: Writer = { lagMs: 0, late: [] };
    this.#writers.set(key, writer);
    return writer;
  }
}

function excuse(writer: Writer, lagMs: number): readonly Candidate[] {
  writer.lagMs = lagMs;
  const stillLate = writer.late.filter((one) => exceeds(one.lagMs, lagMs));
  const excused = writer.late.filter((one) => !stillLate.includes(one)).map(({ message }) => message);
  writer.late = stillLate;
  for (const message of excused) message.late = false;
  return excused;
}

function exceeds(lagMs: number, slowMs: number): boolean {
  return lagMs - Math.max(0, slowMs) > LATE_AFTER_MS;
}
