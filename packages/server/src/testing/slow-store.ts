// A store that takes a few turns to answer.

import type { RoomStore } from '../store/room-store.ts';
import type { SeededRandom } from './random.ts';

/** Answers in order, like one connection to a store, but each a few turns later. */
export class SlowStore implements RoomStore {
  readonly #store: RoomStore;
  readonly #random: SeededRandom;
  #line: Promise<void> = Promise.resolve();

  constructor(store: RoomStore, random: SeededRandom) {
    this.#store = store;
    this.#random = random;
  }

  get features() {
    return this.#store.features;
  }

  #later<T>(ask: () => T | Promise<T>): Promise<T> {
    const answer = this.#line.then(() => this.#turns()).then(ask);
    this.#line = answer.then(() => undefined);
    return answer.then((value) => this.#turns().then(() => value));
  }

  async #turns(): Promise<void> {
    for (let turns = this.#random.below(6); turns > 0; turns--) await Promise.resolve();
  }

  create = (...of: Parameters<RoomStore['create']>) => this.#later(() => this.#store.create(...of));
  open = (...of: Parameters<RoomStore['open']>) => this.#later(() => this.#store.open(...of));
  keys = (...of: Parameters<RoomStore['keys']>) => this.#later(() => this.#store.keys(...of));
  join = (...of: Parameters<RoomStore['join']>) => this.#later(() => this.#store.join(...of));
  law = (...of: Parameters<RoomStore['law']>) => this.#later(() => this.#store.law(...of));
  command = (...of: Parameters<RoomStore['command']>) => this.#later(() => this.#store.command(...of));
  records = (...of: Parameters<RoomStore['records']>) => this.#later(() => this.#store.records(...of));
  stage = (...of: Parameters<RoomStore['stage']>) => this.#later(() => this.#store.stage(...of));
  rotate = (...of: Parameters<RoomStore['rotate']>) => this.#later(() => this.#store.rotate(...of));
  look = (...of: Parameters<RoomStore['look']>) => this.#later(() => this.#store.look(...of));
  append = (...of: Parameters<RoomStore['append']>) => this.#later(() => this.#store.append(...of));
  publishProfile = (...of: Parameters<RoomStore['publishProfile']>) =>
    this.#later(() => this.#store.publishProfile(...of));
  relay = (...of: Parameters<RoomStore['relay']>) => this.#later(() => this.#store.relay(...of));
  detach = (...of: Parameters<RoomStore['detach']>) => this.#later(() => this.#store.detach(...of));
  leave = (...of: Parameters<RoomStore['leave']>) => this.#later(() => this.#store.leave(...of));
  renew = (...of: Parameters<RoomStore['renew']>) => this.#later(() => this.#store.renew(...of));
  end = (...of: Parameters<RoomStore['end']>) => this.#later(() => this.#store.end(...of));
  follow = (...of: Parameters<RoomStore['follow']>) => this.#store.follow(...of);
  shorten = (share: number) => this.#later(() => this.#store.shorten(share));
  size = () => this.#later(() => this.#store.size());
  [Symbol.asyncDispose] = () => this.#store[Symbol.asyncDispose]();
}
