// The options of a new room, once their file is there: they stand in a part of the page that opens on a press.

import type { Created, RoomWords } from '@mayfly/client';
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { background } from '../background.ts';
import { texts } from '../words/start.ts';
import type { RoomOptionsProps } from './room-options.tsx';

const options = signal<typeof import('./room-options.tsx') | undefined>(undefined);

/** Without the file, a room is as usual; without the server, there would be no room either. */
async function load(): Promise<void> {
  try {
    options.value = await import('./room-options.tsx');
    background(options.value.askServerLimits());
  } catch {
    options.value = undefined;
  }
}

export function LaterRoomOptions(props: RoomOptionsProps) {
  useEffect(() => background(load()), []);
  const part = options.value;
  return part === undefined ? null : <part.RoomOptions {...props} />;
}

export function areTooLong(words: RoomWords): boolean {
  return options.value?.areTooLong(words) === true;
}

type Failed = Pick<Extract<Created, { ok: false }>, 'reason' | 'retryAfterMs'>;

/** Why no room was made. Without the file, the server isn't there either. */
export function troubleOf({ reason, retryAfterMs }: Failed): string | undefined {
  const part = options.value;
  return part === undefined ? texts.unreachable.lead : part.createTrouble(reason, retryAfterMs);
}
