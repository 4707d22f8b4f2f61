// What we did to messages and the log doesn't have yet: which of it is shown, and in which words.

import type { PendingEffect } from '@mayfly/client';
import { type ReadonlySignal, computed } from '@preact/signals';
import { marksTexts } from '../../words/marks.ts';
import type { RoomView } from '../model/room-view.ts';

/** What is echoed sooner is never seen as pending. */
const PATIENCE_MS = 1000;

type Effects = readonly PendingEffect[];
type Pending = Pick<RoomView, 'pending'>;
type ByTarget = ReadonlySignal<ReadonlyMap<string, Effects>>;

const known = new WeakMap<Pending, ByTarget>();

/** By the key of the message that they are about; refusals stand above the composer. */
export function pendingByTarget(view: Pending): ByTarget {
  const byTarget = known.get(view) ?? computed(() => grouped(view.pending.value));
  known.set(view, byTarget);
  return byTarget;
}

function grouped(pending: Effects): ReadonlyMap<string, Effects> {
  const byTarget = new Map<string, PendingEffect[]>();
  for (const effect of pending) {
    const { target, state } = effect;
    if (target === undefined || state === 'failed') continue;
    const others = byTarget.get(target);
    if (others === undefined) byTarget.set(target, [effect]);
    else others.push(effect);
  }
  return byTarget;
}

/** The newest of each kind: it replaces the others as soon as it arrives. */
export function shownEffects(effects: Effects, now: number): Effects {
  const newest = new Map(effects.map((effect) => [effect.what, effect]));
  return [...newest.values()].filter(({ at }) => now - at >= PATIENCE_MS);
}

/** Undefined for what is shown elsewhere: a poll speaks of votes itself. */
export function pendingText({ what, body, state }: PendingEffect): string | undefined {
  const texts = textsOf(what, body);
  return texts?.[state === 'waiting' ? 'waiting' : 'sending'];
}

const UNPIN = '2';

function textsOf(what: PendingEffect['what'], body: string) {
  switch (what) {
    case 'edit':
    case 'unsend':
      return marksTexts[what];
    case 'reaction':
      return body === '' ? marksTexts.takeBack : marksTexts.reaction;
    case 'pin':
      return body === UNPIN ? marksTexts.unpin : marksTexts.pin;
    case 'vote':
    case 'saved':
    case 'handover':
      return undefined;
  }
}
