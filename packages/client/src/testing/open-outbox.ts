// An outbox without its room: what it sends, seals and reports, and what its tab keeps. The test controls time.

import { type Send, decodeClientSealed, toHex, utf8 } from '@mayfly/protocol';
import { systemClock } from '../clock.ts';
import { CTYPE } from '../content/ctype.ts';
import { Outbox } from '../outgoing/outbox.ts';
import type { Outgoing, PendingEffect } from '../room-updates.ts';
import { effectsOf, rowsOf } from '../outgoing/waiting-view.ts';
import { StoredOutbox } from '../outgoing/stored-outbox.ts';
import { RoomStorage, type TabStorage } from '../storage/tab-storage.ts';
import { Author, ID, type Sealed } from './author.ts';
import { StorageDouble } from './storage.ts';

export const SLOT = new Uint8Array(8).fill(1);
export const OTHER_SLOT = new Uint8Array(8).fill(2);

/** A tab and its author; pages come and go. */
export type Tab = {
  readonly storage: TabStorage;
  readonly author: Author;
  /** By text, in the order of sealing. */
  readonly sealed: Map<string, Sealed[]>;
};

export function newTab(storage: TabStorage = new StorageDouble()): Tab {
  return { storage, author: new Author('Ann'), sealed: new Map() };
}

/** A page in this tab: opening the next one is a reload. */
export function openOutbox({ storage, author, sealed }: Tab = newTab(), onSend = () => {}) {
  author.restart();
  const sent: Send[] = [];
  const happened: string[] = [];
  const network = { buffered: 0 };
  const updates: (readonly Outgoing[])[] = [];
  const effects: (readonly PendingEffect[])[] = [];
  const trimmed: string[] = [];
  const store = new StoredOutbox(new RoomStorage(storage, ID));
  const outbox = new Outbox({
    clock: systemClock,
    store,
    seal: (draft) => {
      const made = author.write(draft.body, draft);
      sealed.set(draft.body, [...(sealed.get(draft.body) ?? []), made]);
      return { key: toHex(made.mid), envelope: made.envelope };
    },
    seqOf: () => undefined,
    restartChain: () => {
      happened.push('restart');
      author.restart();
    },
    send: (frame) => {
      onSend();
      const decoded = decodeClientSealed(frame);
      if (decoded?.type === 'send') sent.push(decoded);
    },
    distrust: () => void happened.push('distrust'),
    bufferedBytes: () => network.buffered,
    changed: (waiting) => {
      updates.push(rowsOf(waiting, () => ({})));
      effects.push(effectsOf(waiting, () => ({})));
    },
    trimmed: (messages) => void trimmed.push(...messages.map(({ draft }) => draft.body)),
  });
  outbox.start();
  const envelopeOf = (text: string): Uint8Array => sealed.get(text)?.at(-1)?.envelope ?? utf8('none');
  const textOf = ({ envelope }: Send): string | undefined =>
    [...sealed].find(([, made]) => made.some((one) => toHex(one.envelope) === toHex(envelope)))?.[0];
  /** Sent since the last call, as `n:text`. */
  const wire = (): string[] => sent.splice(0).map((frame) => `${frame.n}:${textOf(frame)}`);
  const write = (...texts: string[]) =>
    texts.map((body) => outbox.add({ ctype: CTYPE.text, body }, Date.now()));
  const receive = (...envelopes: Uint8Array[]) => outbox.received(envelopes);
  const echo = (...texts: string[]) => texts.forEach((text) => receive(envelopeOf(text)));
  /** As a listener knows them, from changes alone. */
  const list = () => updates.at(-1) ?? [];
  const states = () => list().map(({ text, state }) => `${text}:${state}`);
  const pending = () => effects.at(-1) ?? [];
  const shown = { list, states, pending, updates, trimmed };
  return { outbox, store, wire, write, receive, echo, ...shown, sealed, envelopeOf, happened, network };
}

/** As `openOutbox`, connected. */
export function liveOutbox(tab?: Tab, lastN = 0) {
  const all = openOutbox(tab);
  all.outbox.caughtUp({ slot: SLOT, lastN, mode: 'reset' });
  return all;
}
