// A store some milliseconds away: what is asked at the same time arrives in any order, while its news comes at once.

import type { RoomStore } from '../../../packages/server/src/store/room-store.ts';
import type { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import type { FakeTime } from './fake-time.ts';

const AWAY_MS_MAX = 4;

export class SlowStore implements RoomStore {
  readonly #store: RoomStore;
  readonly #time: FakeTime;
  readonly #random: SeededRandom;

  constructor(store: RoomStore, time: FakeTime, random: SeededRandom) {
    this.#store = store;
    this.#time = time;
    this.#random = random;
  }

  get features(): RoomStore['features'] {
    return this.#store.features;
  }

  // There, then back: what is announced meanwhile reaches a session before its answer does.
  async #ask<T>(ask: () => T | Promise<T>): Promise<T> {
    await this.#travel();
    const answer = await ask();
    await this.#travel();
    return answer;
  }

  #travel(): Promise<void> {
    return new Promise((resolve) => {
      this.#time.after(this.#random.below(AWAY_MS_MAX + 1), resolve);
    });
  }

  create: RoomStore['create'] = (...of) => this.#store.create(...of);
  open: RoomStore['open'] = (...of) => this.#store.open(...of);
  keys: RoomStore['keys'] = (room) => this.#ask(() => this.#store.keys(room));
  law: RoomStore['law'] = (room) => this.#ask(() => this.#store.law(room));
  command: RoomStore['command'] = (...of) => this.#ask(() => this.#store.command(...of));
  join: RoomStore['join'] = (...of) => this.#ask(() => this.#store.join(...of));
  look: RoomStore['look'] = (...of) => this.#ask(() => this.#store.look(...of));
  append: RoomStore['append'] = (...of) => this.#ask(() => this.#store.append(...of));
  records: RoomStore['records'] = (...of) => this.#ask(() => this.#store.records(...of));
  stage: RoomStore['stage'] = (...of) => this.#ask(() => this.#store.stage(...of));
  rotate: RoomStore['rotate'] = (...of) => this.#ask(() => this.#store.rotate(...of));
  publishProfile: RoomStore['publishProfile'] = (...of) => this.#ask(() => this.#store.publishProfile(...of));
  relay: RoomStore['relay'] = (...of) => this.#store.relay(...of);
  detach: RoomStore['detach'] = (...of) => this.#ask(() => this.#store.detach(...of));
  leave: RoomStore['leave'] = (...of) => this.#ask(() => this.#store.leave(...of));
  renew: RoomStore['renew'] = (...of) => this.#ask(() => this.#store.renew(...of));
  end: RoomStore['end'] = (...of) => this.#ask(() => this.#store.end(...of));
  follow: RoomStore['follow'] = (...of) => this.#store.follow(...of);
  shorten: RoomStore['shorten'] = (share) => this.#store.shorten(share);
  size: RoomStore['size'] = () => this.#store.size();
  [Symbol.asyncDispose] = () => this.#store[Symbol.asyncDispose]();
}
