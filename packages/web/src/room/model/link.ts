// The link of the room this page shows.

import type { RoomLink } from '@mayfly/client';

export type ShownLink = {
  readonly room: RoomLink;
  /** As people pass it on. */
  readonly url: string;
  /** The room was created here, a moment ago. */
  readonly isNew: boolean;
  /** Needed besides the link, as long as this page knows it. */
  readonly passphrase?: string | undefined;
  /** False: the browser stores nothing for this page, so only the address brings the key through a reload. */
  readonly keyIsKept: boolean;
};
