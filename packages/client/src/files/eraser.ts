// Has files erased: asks until the server says that it has nothing of them, also after a reload (FILE-8).

import { type FileAnswer, equalBytes } from '@mayfly/protocol';
import type { FilePort } from './file-port.ts';
import { fileProof } from './file-proof.ts';
import type { KeptFiles } from './kept-files.ts';

const PAUSE_MIN_MS = 1_000;

export class Eraser implements Disposable {
  readonly #port: FilePort;
  readonly #kept: KeptFiles;
  /** Undefined while it is being made, which a room that is over ends at once. */
  readonly #listening: Disposable | undefined;
  readonly #pauses = new Set<Disposable>();

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
    for (const pause of this.#pauses) pause[Symbol.dispose]();
  }

  #say(fid: Uint8Array): void {
    const { deps } = this.#port;
    deps.say({ type: 'fileErase', fid, proof: fileProof(deps.seed, fid) });
  }

  #answered(frame: FileAnswer): void {
    if (!this.#kept.toErase.some((fid) => equalBytes(fid, frame.fid))) return;
    const isLater = frame.type === 'fileRefused' && (frame.code === 'rate' || frame.code === 'unavailable');
    if (isLater) this.#sayAfter(Math.max(frame.retryAfterMs, PAUSE_MIN_MS), frame.fid);
    // Refused for good: the file isn't ours any more than it is there.
    else if (frame.type !== 'fileOpen') this.#kept.isErased(frame.fid);
  }

  #sayAfter(ms: number, fid: Uint8Array): void {
    const pause = this.#port.deps.clock.after(ms, () => {
      this.#pauses.delete(pause);
      if (this.#port.isHere) this.#say(fid);
    });
    this.#pauses.add(pause);
  }
}
