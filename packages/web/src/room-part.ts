// What only a room and its lobby need: loaded by itself while somebody still reads the first screen.

export { openLobby } from './open-in-browser.ts';
export { enterRoom, leaveRoom, roomEnd } from './room-state.ts';
export { Room } from './screens/room.tsx';
