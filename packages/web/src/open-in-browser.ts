// The SDK's room with what a browser tab gives it: its storage, its WebSocket, the server it came from.

import { type Room, openRoom, socketUrl, webSocketTransport } from '@mayfly/client';
import type { RoomEntry } from './room-state.ts';

export function openInBrowser(entry: RoomEntry): Room {
  return openRoom({
    ...entry,
    storage: sessionStorage,
    transport: webSocketTransport(socketUrl(location.origin)),
  });
}
