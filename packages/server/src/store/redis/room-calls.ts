// Function calls about one room.

import type { RoomId } from '@mayfly/protocol';
import { roomKey } from './keyspace.ts';
import type { FunctionName } from './library.ts';
import type { Argument, Link } from './link.ts';
import type { Retry } from './retry.ts';

export class RoomCalls {
  readonly #link: Pick<Link, 'call'>;
  readonly #retry: Retry;

  constructor(link: Pick<Link, 'call'>, retry: Retry) {
    this.#link = link;
    this.#retry = retry;
  }

  /** Throws `StoreUnavailable`. */
  once(name: FunctionName, room: RoomId, args: readonly Argument[]): Promise<unknown> {
    return this.#link.call(name, [roomKey(room)], args);
  }

  untilAnswered(name: FunctionName, room: RoomId, args: readonly Argument[]): Promise<unknown> {
    return this.#retry.untilAnswered(() => this.once(name, room, args));
  }
}
