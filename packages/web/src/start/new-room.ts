// Creates a room on the server this page came from.

import { type Created, type Identity, type NewRoom, type RoomLink, createRoom } from '@mayfly/client';
import type { HistoryPolicy } from '@mayfly/protocol';
import { serverAddress } from '../browser/base-path.ts';

export type CreatedRoom = {
  readonly link: RoomLink;
  readonly identity: Identity;
  /** What was typed, if the room needs one. */
  readonly passphrase?: string | undefined;
};

/** An attempt that takes longer counts as failed, even if an answer still comes. */
const CREATE_MS_MAX = 15_000;
/** With the work that a passphrase takes, on a slow phone. */
const WITH_KEY_MS_MAX = 120_000;

type Wanted = {
  readonly lifeSeconds: number;
  readonly history: HistoryPolicy;
  /** The creator's. */
  readonly name: string;
  readonly room: NewRoom;
  /** See `CreateOptions`. */
  readonly second: ((secret: string) => Promise<Uint8Array | undefined>) | undefined;
};

export function createRoomHere({ second, ...wanted }: Wanted): Promise<Created> {
  const most = second === undefined ? CREATE_MS_MAX : WITH_KEY_MS_MAX;
  return createRoom({
    ...wanted,
    ...(second && { second }),
    origin: serverAddress(),
    signal: AbortSignal.timeout(most),
  });
}
