// Tells whoever listens what happened in a room. A listener's trouble never becomes the room's.

import type { Welcome } from '@mayfly/protocol';
import type { ConnectionState } from './connection/connection.ts';
import type { Message, Outgoing, RoomEnd, RoomFacts, RoomUpdate, UnsentMessage } from './room-updates.ts';

/** Hears all that happens, in order. What it throws reaches nobody but the page's own error reporting. */
export type RoomListener = (news: RoomUpdate) => void;

export class UpdateEmitter {
  readonly #listeners = new Set<RoomListener>();
  #closed = false;
  #unverified = 0;

  subscribe(listener: RoomListener): Disposable {
    if (!this.#closed) this.#listeners.add(listener);
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener);
      },
    };
  }

  /** Nobody hears anything after this; `last` is heard first. */
  close(last?: RoomEnd): void {
    if (last !== undefined) this.tell({ type: 'connection', connection: { state: 'ended', end: last } });
    this.#closed = true;
    this.#listeners.clear();
  }

  tell(news: RoomUpdate): void {
    for (const listener of this.#listeners) tellOne(listener, news);
  }

  connection(state: ConnectionState): void {
    if (state.state === 'connecting' || state.state === 'live') {
      this.tell({ type: 'connection', connection: { state: state.state } });
    } else if (state.state === 'waiting') {
      const { tries, retryInMs, putOff } = state;
      this.tell({
        type: 'connection',
        connection: { state: 'waiting', tries, retryInMs, ...(putOff && { putOff }) },
      });
    }
  }

  facts(facts: RoomFacts): void {
    this.tell({ type: 'facts', facts });
  }

  life(expiresInMs: number): void {
    this.tell({ type: 'life', expiresInMs });
  }

  /** Our place in the log was gone. A server that names no reason is told by its log. */
  reset({ reason, logId }: Welcome, lastLogId: string): void {
    const unnamed = logId === lastLogId ? 'too_old' : 'new_log';
    this.tell({ type: 'reset', reason: reason === undefined || reason === 'fresh' ? unnamed : reason });
  }

  messages(messages: readonly Message[], history: boolean): void {
    if (messages.length > 0) this.tell({ type: 'messages', messages, history });
  }

  unsent(unsent: readonly UnsentMessage[]): void {
    if (unsent.length > 0) this.tell({ type: 'unsent', unsent });
  }

  outbox(outgoing: readonly Outgoing[], safe: boolean): void {
    this.tell({ type: 'outbox', outgoing, safe });
  }

  trimmed(messages: readonly Outgoing[]): void {
    if (messages.length > 0) this.tell({ type: 'trimmed', messages });
  }

  unverified(count: number): void {
    if (count === this.#unverified) return;
    this.#unverified = count;
    this.tell({ type: 'unverified', count });
  }
}

// The exception reaches the page's own error reporting, where there is one.
function tellOne(listener: RoomListener, news: RoomUpdate): void {
  try {
    listener(news);
  } catch (error) {
    if ('reportError' in globalThis) globalThis.reportError(error);
  }
}
