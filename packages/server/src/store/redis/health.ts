// How Redis is, as whoever runs this hears it: told when that changes, and not for each call that fails.

import type { Insistence } from './retry.ts';
import type { FunctionName } from './library.ts';
import { BEAT_MS, LEASE_MS } from './node-leases.ts';
import type { RedisRefusal } from './refusals.ts';
import { StoreUnavailable } from '../store-unavailable.ts';

/** `SILENT`: no connection, or no answer in time. */
export type RedisTrouble = RedisRefusal | 'SILENT';

/** What is told to the log. Nothing of a room is in it. */
export interface RedisReport {
  /** It cannot be asked any more, or from now on for another reason. */
  redisTrouble(trouble: RedisTrouble): void;
  redisWell(lastedMs: number): void;
  /** Of what it held something is gone that did not end. */
  redisEmptied(): void;
}

/** For /healthz. */
export type RedisSpell = { readonly trouble: RedisTrouble; readonly seconds: number };

/** While there is trouble, Redis is asked this often whether it is over. */
const LOOK_MS = 1_000;
/** It is over when Redis has answered for so long, so that one that comes and goes does not fill the log. */
const CALM_MS = BEAT_MS;
/** One restart shows in many places, each in its time. */
const EMPTIED_ONCE_MS = LEASE_MS;

type Spell = {
  readonly since: number;
  told: RedisTrouble;
  /** Of the latest call that failed. */
  latest: RedisTrouble;
  key: string;
  answeredSince: number | undefined;
};

type Ask = (name: FunctionName, keys: readonly string[], args: readonly string[]) => Promise<unknown>;

export class Condition {
  readonly #insistence: Insistence;
  readonly #ask: Ask;
  readonly #report: RedisReport;
  #spell: Spell | undefined;
  #emptiedAt = -Infinity;

  constructor(insistence: Insistence, ask: Ask, report: RedisReport) {
    this.#insistence = insistence;
    this.#ask = ask;
    this.#report = report;
  }

  get now(): RedisSpell | undefined {
    const spell = this.#spell;
    if (spell === undefined) return undefined;
    return { trouble: spell.told, seconds: Math.floor((this.#insistence.now() - spell.since) / 1000) };
  }

  /** A call was not carried out, or nobody knows whether it was. */
  failed(trouble: RedisTrouble, key: string): void {
    if (this.#spell !== undefined) {
      Object.assign(this.#spell, { latest: trouble, key, answeredSince: undefined });
      return;
    }
    const since = this.#insistence.now();
    this.#spell = { since, told: trouble, latest: trouble, key, answeredSince: undefined };
    this.#report.redisTrouble(trouble);
    this.#lookLater(this.#spell);
  }

  /** Something is gone that a restart or a flush takes away, or a minute in which Redis was out of reach. */
  emptied(): void {
    const now = this.#insistence.now();
    const isKnown = now - this.#emptiedAt < EMPTIED_ONCE_MS;
    this.#emptiedAt = now;
    if (!isKnown) this.#report.redisEmptied();
  }

  #lookLater(spell: Spell): void {
    this.#insistence.later(LOOK_MS, () => this.#insistence.background(this.#look(spell)));
  }

  async #look(spell: Spell): Promise<void> {
    try {
      await this.#ask('create', [besides(spell.key)], MAKE_NOTHING);
      this.#answered(spell);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      this.#tellChange(spell);
    } finally {
      if (this.#spell === spell) this.#lookLater(spell);
    }
  }

  #answered(spell: Spell): void {
    const now = this.#insistence.now();
    spell.answeredSince ??= now;
    if (now - spell.answeredSince < CALM_MS) return;
    this.#spell = undefined;
    this.#report.redisWell(spell.answeredSince - spell.since);
  }

  #tellChange(spell: Spell): void {
    if (spell.latest === spell.told) return;
    spell.told = spell.latest;
    this.#report.redisTrouble(spell.told);
  }
}

// Making a room needs all that may be missing: an answer, the right to write, and memory. This one is never made.
const MAKE_NOTHING = ['', '0', '', 'full'];

/** The key of a room that cannot be, on the same server as this key. */
function besides(key: string): string {
  return `r{${/\{(?<tag>[^}]+)\}/.exec(key)?.groups?.['tag'] ?? key}}:-`;
}
