// What one member saw, in order: the only thing the invariants are judged by, after the run.

import { createHash } from 'node:crypto';

export type Sight =
  /** A page was opened, and knows nothing. */
  | { readonly saw: 'page' }
  | {
      readonly saw: 'welcome';
      readonly logId: string;
      readonly first: number;
      readonly seq: number;
      readonly mode: 'resume' | 'reset';
      readonly reason: string | undefined;
      readonly idPk: string;
      /** The wire was opened beside one that went on telling what follows the place that was asked for here. */
      readonly moved: boolean;
    }
  /** `text`: of a message that can be read at this place. */
  | { readonly saw: 'event'; readonly seq: number; readonly digest: string; readonly text?: string }
  /** The page showed a message, perhaps again. */
  | { readonly saw: 'message'; readonly key: string; readonly seq: number; readonly text: string }
  | { readonly saw: 'reset' }
  /** The page accuses the server, or someone: RECV-5, RECV-6. */
  | { readonly saw: 'trouble'; readonly what: string }
  | {
      readonly saw: 'presence';
      readonly version: number;
      readonly snapshot: boolean;
      /** By every announcement so far. `whole`: all present members, away ones included; otherwise a sample. */
      readonly here: readonly string[];
      readonly whole: boolean;
      readonly count: number;
    }
  /** The page's list. */
  | {
      readonly saw: 'members';
      readonly here: readonly string[];
      readonly whole: boolean;
      readonly count: number;
    }
  | { readonly saw: 'profile'; readonly idPk: string; readonly digest: string }
  | { readonly saw: 'wrote'; readonly text: string }
  | { readonly saw: 'echoed'; readonly text: string }
  /** Written where it must not be taken: it may never appear. */
  | { readonly saw: 'trespassed'; readonly text: string; readonly n: number }
  | {
      readonly saw: 'refused';
      readonly n: number | undefined;
      readonly code: string;
      readonly retryAfterMs: number;
    }
  | { readonly saw: 'turned_back'; readonly as: string }
  | { readonly saw: 'closed'; readonly code: number }
  | { readonly saw: 'ended' };

export type Seen = Sight & { readonly at: number };

export class Witness {
  readonly name: string;
  readonly seen: Seen[] = [];
  readonly #now: () => number;

  constructor(name: string, now: () => number) {
    this.name = name;
    this.#now = now;
  }

  note(sight: Sight): void {
    this.seen.push({ ...sight, at: this.#now() });
  }

  get resumes(): number {
    return this.seen.filter((sight) => sight.saw === 'welcome' && sight.mode === 'resume').length;
  }

  count(saw: Sight['saw']): number {
    return this.seen.filter((sight) => sight.saw === saw).length;
  }
}

/** The bytes of an event, short enough to keep. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 16);
}
