// Opens the SDK's room with the tab's storage, its WebSocket and its server.

import {
  type Room,
  type RoomLink,
  lookAtRoom,
  openRoom,
  socketUrl,
  webSocketTransport,
} from '@mayfly/client';
import { Lobby, type LobbyDeps } from './model/lobby.ts';
import { serverAddress } from '../browser/base-path.ts';
import { tabStorage } from '../browser/tab-storage.ts';
import { LaterPart } from './text/later-part.ts';

export type RoomEntry = {
  readonly link: RoomLink;
  readonly name: string;
  /** It was just created here. */
  readonly isNew?: boolean;
  /** As typed at its door, or when it was created. Only to be shown: the link's P is what opens the room. */
  readonly passphrase?: string;
};

/** The browser's own checks of signatures, in secure contexts; until they are there, the page's. */
const signatures = new LaterPart(async () => {
  const { webSignatures } = await import('@mayfly/client/signatures');
  return webSignatures();
});

/** As the person in the tab's storage, otherwise as someone new. */
export function openInBrowser({ link, name }: RoomEntry): Room {
  if (isSecureContext) signatures.want();
  return openRoom({
    link,
    name,
    storage: tabStorage,
    transport: webSocketTransport(socketUrl(serverAddress())),
    signatures: () => signatures.loaded.peek(),
  });
}

/** Keeps looking at the room of a link until it is disposed of. */
export function openLobby(link: RoomLink, deps: Omit<LobbyDeps, 'look'>): Lobby {
  const transport = webSocketTransport(socketUrl(serverAddress()));
  return new Lobby({ ...deps, look: (until) => lookAtRoom({ link, transport, signal: until }) });
}
