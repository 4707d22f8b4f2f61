// What only rooms and invitations need: loaded separately, while people still read the first screen.

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
