// What comes of a passphrase: whether the room let its people in, or why not.

import { type ReadonlySignal, effect } from '@preact/signals';
import type { RoomConnection } from '../room/model/connection.ts';

/** What came of the last try. */
export type Refusal = { readonly why: 'wrong' } | { readonly why: 'too_many'; readonly waitMs: number };

/** The room that was entered, as far as this file needs it. */
type EnteredRoom = {
  readonly currentRoom: ReadonlySignal<{ readonly connection: RoomConnection } | undefined>;
  readonly roomEnd: ReadonlySignal<{ readonly end: { readonly why: string } } | undefined>;
};

/** Once the server let us in, turned us back, or can't be reached. Undefined: the room's own screen says the rest. */
export async function refusalOf({ currentRoom, roomEnd }: EnteredRoom): Promise<Refusal | undefined> {
  const state = () => currentRoom.value?.connection.state.value;
  await until(() => state()?.state !== 'connecting');
  if (roomEnd.value?.end.why === 'wrong_passphrase') return { why: 'wrong' };
  const now = state();
  if (now?.state !== 'waiting' || now.putOff !== 'too_fast') return undefined;
  return { why: 'too_many', waitMs: now.retryInMs };
}

async function until(isTrue: () => boolean): Promise<void> {
  let stop: (() => void) | undefined;
  await new Promise<void>((resolve) => {
    stop = effect(() => {
      if (isTrue()) resolve();
    });
  });
  stop?.();
}
