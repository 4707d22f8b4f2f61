// The SDK's room with what a browser tab gives it: its storage, its WebSocket, the server it came from.

import {
  type Identity,
  type Room,
  type RoomLink,
  lookAtRoom,
  openRoom,
  socketUrl,
  webSocketTransport,
} from '@mayfly/client';
import { Lobby, type LobbyDeps } from './lobby.ts';
import { tabStorage } from './tab-storage.ts';

export type RoomEntry = {
  readonly link: RoomLink;
  /** Whom to be: the creator has an identity before the room is entered. */
  readonly identity?: Identity;
  readonly name: string;
};

export function openInBrowser(entry: RoomEntry): Room {
  return openRoom({
    ...entry,
    storage: tabStorage,
    transport: webSocketTransport(socketUrl(location.origin)),
  });
}

/** Looks at the room of a link until it is disposed of. */
export function openLobby(link: RoomLink, deps: Omit<LobbyDeps, 'look'>): Lobby {
  const transport = webSocketTransport(socketUrl(location.origin));
  return new Lobby({ ...deps, look: (until) => lookAtRoom({ link, transport, signal: until }) });
}
