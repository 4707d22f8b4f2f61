// What only a room and its lobby need: loaded by itself while somebody still reads the first screen.

export { openLobby } from './open-in-browser.ts';
export {
  currentRoom,
  enterRoom,
  finishLeaving,
  leftRoom,
  roomEnd,
  stepOut,
  undoLeaving,
} from './room-state.ts';
export { Room } from './room.tsx';
