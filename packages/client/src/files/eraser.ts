// Has files erased: asks until the server says that it has nothing of them, also after a reload (FILE-8).

import { type FileAnswer, equalBytes, toHex } from '@mayfly/protocol';
import type { FilePort } from './file-port.ts';
import { fileProof } from './file-proof.ts';
import type { KeptFiles } from './kept-files.ts';

const PAUSE_MIN_MS = 1_000;
const PAUSE_MAX_MS = 60_000;

export class Eraser implements Disposable {
  readonly #port: FilePort;
  readonly #kept: KeptFiles;
  /** Undefined while it is being made, which a room that is over ends at once. */
  readonly #listening: Disposable | undefined;
  /** By file, in hex. */
  readonly #pauses = new Map<string, Disposable>();
  /** How often a file was put off. */
  readonly #putOff = new Map<string, number>();

  constructor(port: FilePort, kept: KeptFiles) {
    this.#port = port;
    this.#kept = kept;
    this.#listening = port.listen({
      opened: () => this.#kept.toErase.forEach((fid) => this.#say(fid)),
      answered: (frame) => this.#answered(frame),
      ended: () => this[Symbol.dispose](),
      unsent: (fid) => this.erase(fid),
    });
  }

  erase(fid: Uint8Array): void {
    this.#kept.erase(fid);
    if (this.#port.isHere) this.#say(fid);
  }

  [Symbol.dispose](): void {
    this.#listening?.[Symbol.dispose]();
    for (const pause of this.#pauses.values()) pause[Symbol.dispose]();
  }

  #say(fid: Uint8Array): void {
    const { deps } = this.#port;
    deps.say({ type: 'fileErase', fid, proof: fileProof(deps.seed, fid) });
  }

  #answered(frame: FileAnswer): void {
    if (!this.#isToErase(frame.fid)) return;
    const isLater = frame.type === 'fileRefused' && (frame.code === 'rate' || frame.code === 'unavailable');
    if (isLater) this.#sayLater(frame.fid, frame.retryAfterMs);
    // Refused for good: the file isn't ours any more than it is there.
    else if (frame.type !== 'fileOpen') {
      this.#putOff.delete(toHex(frame.fid));
      this.#kept.isErased(frame.fid);
    }
  }

  #isToErase(fid: Uint8Array): boolean {
    return this.#kept.toErase.some((one) => equalBytes(one, fid));
  }

  // However often a server answers, it is asked once for each pause, and the pauses grow.
  #sayLater(fid: Uint8Array, retryAfterMs: number): void {
    const file = toHex(fid);
    if (this.#pauses.has(file)) return;
    const times = this.#putOff.get(file) ?? 0;
    this.#putOff.set(file, times + 1);
    const growing = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** times);
    const pause = this.#port.deps.clock.after(Math.max(retryAfterMs, growing), () => {
      this.#pauses.delete(file);
      if (this.#port.isHere && this.#isToErase(fid)) this.#say(fid);
    });
    this.#pauses.set(file, pause);
  }
}
