// Sharing the link, in a room where one is alone.

export { AloneLink } from './alone-link.tsx';
export { RoomCreated } from './room-created.tsx';
