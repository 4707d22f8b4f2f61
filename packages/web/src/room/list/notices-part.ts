// The lines between messages that a room without people coming and going doesn't need.

export { NoticeLine } from './notice-line.tsx';
