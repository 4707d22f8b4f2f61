// What only a room needs: loaded by itself while somebody still reads the first screen.

export { enterRoom, leaveRoom, roomEnd } from './room-state.ts';
export { Room } from './screens/room.tsx';
