// A change of the room's link under way. It goes on when its dialog is closed.

import { type Signal, signal } from '@preact/signals';
import { background } from '../../background.ts';
import type { RoomView } from '../model/room-view.ts';

/** The last one of this page. It is over once the room has another link than `from`. */
export type LinkChange = {
  readonly from: string;
  readonly done: number;
  readonly all: number;
  readonly failed?: 'refused' | 'not_now' | 'lost';
  /** It follows a removal, and goes on where the sheet about that person was. */
  readonly isAfterRemoval: boolean;
};

type Room = Pick<RoomView, 'link' | 'changeLink'>;

const changes = new WeakMap<Room, Signal<LinkChange | undefined>>();

export function linkChangeOf(view: Room): Signal<LinkChange | undefined> {
  const known = changes.get(view);
  if (known !== undefined) return known;
  const made = signal<LinkChange | undefined>(undefined);
  changes.set(view, made);
  return made;
}

/** One at a time. */
export function changeLink(view: Room, { fresh = false, isAfterRemoval = false } = {}): void {
  const change = linkChangeOf(view);
  const from = view.link.url;
  if (isUnderWay(change.peek(), from)) return;
  const show: Show = (more) => {
    // Its dialog may have been closed since.
    change.value = { from, isAfterRemoval: change.peek()?.isAfterRemoval === true, ...more };
  };
  change.value = { from, isAfterRemoval, done: 0, all: 0 };
  background(run(view, fresh, show));
}

/** `url`: the link that the room has now. */
export function isUnderWay(change: LinkChange | undefined, url: string): boolean {
  return change !== undefined && change.from === url && change.failed === undefined;
}

type Show = (more: Pick<LinkChange, 'done' | 'all' | 'failed'>) => void;

async function run(view: Room, fresh: boolean, show: Show): Promise<void> {
  const changed = await view.changeLink({ fresh, onProgress: (done, all) => show({ done, all }) });
  if (!changed.ok) show({ done: 0, all: 0, failed: WHY[changed.reason] ?? 'refused' });
}

const WHY: Readonly<Record<string, LinkChange['failed']>> = {
  rate: 'not_now',
  busy: 'not_now',
  server_full: 'not_now',
  stale: 'not_now',
  unavailable: 'lost',
};
