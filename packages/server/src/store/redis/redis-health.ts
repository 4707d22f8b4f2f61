// How Redis is, as whoever runs this hears it: reported when that changes, and not for each call that fails.

import type { Retry } from './retry.ts';
import type { FunctionName } from './library.ts';
import type { Argument } from './link.ts';
import { packMap } from './msgpack.ts';
import { BEAT_MS, LEASE_MS } from './node-leases.ts';
import type { RedisRefusal } from './refusals.ts';
import { StoreUnavailable } from '../store-unavailable.ts';

/** `SILENT`: no connection, or no answer in time. */
export type RedisTrouble = RedisRefusal | 'SILENT';

/** What is reported to the log. Nothing of a room is in it. */
export interface RedisReport {
  /** It cannot be asked any more, or from now on for another reason. */
  redisTrouble(trouble: RedisTrouble): void;
  redisWell(lastedMs: number): void;
  /** Of what it held something is gone that did not end. */
  redisEmptied(): void;
}

/** For /healthz. */
export type RedisOutage = { readonly trouble: RedisTrouble; readonly seconds: number };

/** While there is trouble, Redis is asked this often whether it is over. */
const LOOK_MS = 1_000;
/** It is over when Redis has answered for so long, so that one that comes and goes does not fill the log. */
const CALM_MS = BEAT_MS;
/** One restart shows in many places, each in its time. */
const EMPTIED_ONCE_MS = LEASE_MS;

type Outage = {
  readonly since: number;
  reported: RedisTrouble;
  /** Of the latest call that failed. */
  latest: RedisTrouble;
  key: string;
  answeredSince: number | undefined;
};

type Ask = (name: FunctionName, keys: readonly string[], args: readonly Argument[]) => Promise<unknown>;

export class RedisHealth {
  readonly #retry: Retry;
  readonly #ask: Ask;
  readonly #report: RedisReport;
  #outage: Outage | undefined;
  #emptiedAt = -Infinity;

  constructor(retry: Retry, ask: Ask, report: RedisReport) {
    this.#retry = retry;
    this.#ask = ask;
    this.#report = report;
  }

  get now(): RedisOutage | undefined {
    const outage = this.#outage;
    if (outage === undefined) return undefined;
    return { trouble: outage.reported, seconds: Math.floor((this.#retry.now() - outage.since) / 1000) };
  }

  /** A call was not carried out, or nobody knows whether it was. */
  failed(trouble: RedisTrouble, key: string): void {
    if (this.#outage !== undefined) {
      Object.assign(this.#outage, { latest: trouble, key, answeredSince: undefined });
      return;
    }
    const since = this.#retry.now();
    this.#outage = { since, reported: trouble, latest: trouble, key, answeredSince: undefined };
    this.#report.redisTrouble(trouble);
    this.#lookLater(this.#outage);
  }

  /** Something is gone that a restart or a flush takes away, or a minute in which Redis was out of reach. */
  emptied(): void {
    const now = this.#retry.now();
    const isKnown = now - this.#emptiedAt < EMPTIED_ONCE_MS;
    this.#emptiedAt = now;
    if (!isKnown) this.#report.redisEmptied();
  }

  #lookLater(outage: Outage): void {
    this.#retry.later(LOOK_MS, () => this.#retry.background(this.#look(outage)));
  }

  async #look(outage: Outage): Promise<void> {
    try {
      await this.#ask('create', [besides(outage.key)], MAKE_NOTHING);
      this.#answered(outage);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      this.#tellChange(outage);
    } finally {
      if (this.#outage === outage) this.#lookLater(outage);
    }
  }

  #answered(outage: Outage): void {
    const now = this.#retry.now();
    outage.answeredSince ??= now;
    if (now - outage.answeredSince < CALM_MS) return;
    this.#outage = undefined;
    this.#report.redisWell(outage.answeredSince - outage.since);
  }

  #tellChange(outage: Outage): void {
    if (outage.latest === outage.reported) return;
    outage.reported = outage.latest;
    this.#report.redisTrouble(outage.reported);
  }
}

// Making a room needs all that may be missing: an answer, the right to write, and memory. This one is never made.
const MAKE_NOTHING = [packMap({ ownerPk: '', lifeMs: 0, history: '', isFull: true })];

/** The key of a room that cannot be, on the same server as this key. */
function besides(key: string): string {
  return `r{${/\{(?<tag>[^}]+)\}/.exec(key)?.groups?.['tag'] ?? key}}:-`;
}
