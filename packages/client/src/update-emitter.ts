// Reports what happened in a room to its subscribers. What goes wrong in a subscriber never affects the room.

import type { RoomId, Welcome } from '@mayfly/protocol';
import type { ConnectionState } from './connection/connection.ts';
import type { EpochKeys } from './crypto/keys.ts';
import { safetyCode } from './crypto/person.ts';
import type {
  Message,
  Outgoing,
  PendingEffect,
  RoomEnd,
  RoomFacts,
  RoomNotice,
  RoomUpdate,
  Trouble,
  UnsentMessage,
} from './room-updates.ts';

/** Receives every update, in order. Its exceptions reach only the page's error reporting. */
export type RoomListener = (update: RoomUpdate) => void;

export class UpdateEmitter {
  readonly #listeners = new Set<RoomListener>();
  #closed = false;
  #unverified = 0;
  #hadPending = false;

  subscribe(listener: RoomListener): Disposable {
    if (!this.#closed) this.#listeners.add(listener);
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener);
      },
    };
  }

  /** No updates after this but `last`. */
  close(last?: RoomEnd): void {
    if (last !== undefined) this.notify({ type: 'connection', connection: { state: 'ended', end: last } });
    this.#closed = true;
    this.#listeners.clear();
  }

  notify(update: RoomUpdate): void {
    for (const listener of this.#listeners) notifyOne(listener, update);
  }

  connection(state: ConnectionState): void {
    if (state.state === 'connecting' || state.state === 'live') {
      this.notify({ type: 'connection', connection: { state: state.state } });
    } else if (state.state === 'waiting') {
      const { tries, retryInMs, putOff } = state;
      this.notify({
        type: 'connection',
        connection: { state: 'waiting', tries, retryInMs, ...(putOff && { putOff }) },
      });
    }
  }

  facts(
    id: RoomId,
    { limits }: Welcome,
    { fingerprint }: EpochKeys,
    more: Omit<RoomFacts, 'id' | 'limits' | 'safetyCode'>,
  ): void {
    const facts = { id, limits, safetyCode: safetyCode(fingerprint), ...more };
    this.notify({ type: 'facts', facts });
  }

  life(expiresInMs: number): void {
    this.notify({ type: 'life', expiresInMs });
  }

  /** Our position in the log was gone. If the server names no reason, the logId shows it. */
  reset({ reason, logId }: Welcome, lastLogId: string): void {
    const unnamed = logId === lastLogId ? 'too_old' : 'new_log';
    this.notify({ type: 'reset', reason: reason === undefined || reason === 'fresh' ? unnamed : reason });
  }

  messages(messages: readonly Message[], history: boolean): void {
    if (messages.length > 0) this.notify({ type: 'messages', messages, history });
  }

  notices(notices: readonly RoomNotice[], history: boolean): void {
    if (notices.length > 0) this.notify({ type: 'notices', notices, history });
  }

  gone(keys: readonly string[]): void {
    if (keys.length > 0) this.notify({ type: 'gone', keys });
  }

  unsent(unsent: readonly UnsentMessage[]): void {
    if (unsent.length > 0) this.notify({ type: 'unsent', unsent });
  }

  outbox(outgoing: readonly Outgoing[], safe: boolean): void {
    this.notify({ type: 'outbox', outgoing, safe });
  }

  pending(effects: readonly PendingEffect[]): void {
    if (effects.length === 0 && !this.#hadPending) return;
    this.#hadPending = effects.length > 0;
    this.notify({ type: 'pending', effects });
  }

  trimmed(messages: readonly Outgoing[]): void {
    if (messages.length > 0) this.notify({ type: 'trimmed', messages });
  }

  trouble(trouble: Trouble | undefined): void {
    if (trouble !== undefined) this.notify({ type: 'trouble', trouble });
  }

  unverified(count: number): void {
    if (count === this.#unverified) return;
    this.#unverified = count;
    this.notify({ type: 'unverified', count });
  }
}

function notifyOne(listener: RoomListener, update: RoomUpdate): void {
  try {
    listener(update);
  } catch (error) {
    if ('reportError' in globalThis) globalThis.reportError(error);
  }
}
