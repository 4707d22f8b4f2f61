// A change of the room's link under way. It goes on when its dialog is closed.

import { type ReadonlySignal, type Signal, effect, signal } from '@preact/signals';
import { background } from '../../background.ts';
import type { NewPassphrase } from '../../ui/new-passphrase.ts';
import type { RoomView } from '../model/room-view.ts';

/** The last one of this page. It is over once the room has another link than `from`. */
export type LinkChange = {
  readonly from: string;
  readonly done: number;
  readonly all: number;
  readonly failed?: 'refused' | 'not_now' | 'lost' | 'no_passphrase' | 'stopped';
  /** How far the key of its passphrase is, in words, while it is being made. */
  readonly making: ReadonlySignal<string | undefined> | undefined;
  /** Does nothing once it is too late. */
  readonly stop: () => void;
  /** It follows a removal, and goes on where the sheet about that person was. */
  readonly isAfterRemoval: boolean;
};

type Room = Pick<RoomView, 'link' | 'changeLink'>;

type Choices = {
  readonly fresh?: boolean;
  readonly isAfterRemoval?: boolean;
  /** Where the room needs one. */
  readonly passphrase?: NewPassphrase | undefined;
};

const changes = new WeakMap<Room, Signal<LinkChange | undefined>>();

export function linkChangeOf(view: Room): Signal<LinkChange | undefined> {
  const known = changes.get(view);
  if (known !== undefined) return known;
  const made = signal<LinkChange | undefined>(undefined);
  changes.set(view, made);
  return made;
}

/** One at a time. */
export function changeLink(
  view: Room,
  { fresh = false, isAfterRemoval = false, passphrase }: Choices = {},
): void {
  const change = linkChangeOf(view);
  const from = view.link.url;
  if (isUnderWay(change.peek(), from)) return;
  const stopping = new AbortController();
  const stop = () => {
    passphrase?.stop();
    stopping.abort();
  };
  const making = passphrase?.making;
  const show: Show = (more) => {
    // Its dialog may have been closed since.
    change.value = { from, making, stop, isAfterRemoval: change.peek()?.isAfterRemoval === true, ...more };
  };
  change.value = { from, making, stop, isAfterRemoval, done: 0, all: 0 };
  background(run(view, { fresh, passphrase, signal: stopping.signal }, show));
}

/** `url`: the link that the room has now. */
export function isUnderWay(change: LinkChange | undefined, url: string): boolean {
  return change !== undefined && change.from === url && change.failed === undefined;
}

type Show = (more: Pick<LinkChange, 'done' | 'all' | 'failed'>) => void;
type Wanted = {
  readonly fresh: boolean;
  readonly passphrase: NewPassphrase | undefined;
  readonly signal: AbortSignal;
};

async function run(view: Room, { passphrase, ...wanted }: Wanted, show: Show): Promise<void> {
  const second = passphrase && showWithLink(view, passphrase);
  const changed = await view.changeLink({
    ...wanted,
    ...(second && { second }),
    onProgress: (done, all) => show({ done, all }),
  });
  if (!changed.ok) show({ done: 0, all: 0, failed: WHY[changed.reason] ?? 'refused' });
}

/** The page shows the passphrase with the link that its key was made for, once the room has that link. */
function showWithLink(view: Room, { keyFor, text }: NewPassphrase): NewPassphrase['keyFor'] {
  let madeFor: string | undefined;
  effect(() => {
    const { link } = view;
    if (link.room.secret === madeFor && link.passphrase !== text) view.link = { ...link, passphrase: text };
  });
  return (secret) => {
    madeFor = secret;
    return keyFor(secret);
  };
}

const WHY: Readonly<Record<string, LinkChange['failed']>> = {
  rate: 'not_now',
  busy: 'not_now',
  server_full: 'not_now',
  stale: 'not_now',
  unavailable: 'lost',
  no_passphrase: 'no_passphrase',
  stopped: 'stopped',
};
