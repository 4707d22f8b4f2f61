// Reports to the operator how Redis is: when that changes, not for each failed call.

import { createAsk } from './asks.ts';
import type { Retry } from './retry.ts';
import type { FunctionName } from './library.ts';
import type { Argument } from './link.ts';
import { BEAT_MS, LEASE_MS } from './node-leases.ts';
import type { RedisTrouble } from './refusals.ts';
import { StoreUnavailable } from '../store-unavailable.ts';

/** Goes to the log. Contains nothing of a room. */
export interface RedisReport {
  /** An outage began, or its reason changed. */
  redisTrouble(trouble: RedisTrouble): void;
  redisWell(lastedMs: number): void;
  /** Redis lost rooms that hadn't ended. */
  redisEmptied(): void;
}

/** For /healthz. */
export type RedisOutage = { readonly trouble: RedisTrouble; readonly seconds: number };

/** How often Redis is probed during an outage. */
const LOOK_MS = 1_000;
/** An outage is over after this long without a failure: an unstable Redis must not fill the log. */
const CALM_MS = BEAT_MS;
/** One restart is noticed in many places, at different times. */
const EMPTIED_ONCE_MS = LEASE_MS;

type Outage = {
  readonly since: number;
  reported: RedisTrouble;
  /** Of the latest failed call. */
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

  /** A call failed, or its outcome is unknown. */
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

  /** Something is gone: Redis was restarted, flushed, or out of reach for a minute. */
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

// Creating a room needs an answer, write permission and memory, all of which may be missing. `isFull` makes it a dry run.
const MAKE_NOTHING = [createAsk({ ownerPk: new Uint8Array(0), lifeMs: 0, history: 'all' }, true)];

/** The key of an impossible room on the same server as this key. */
function besides(key: string): string {
  return `r{${/\{(?<tag>[^}]+)\}/.exec(key)?.groups?.['tag'] ?? key}}:-`;
}
