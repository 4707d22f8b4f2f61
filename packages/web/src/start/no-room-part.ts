// The screens without a room: one that is over, and a link that opens none.

export { Ended } from './ended.tsx';
export { UnusableLink } from './unusable-link.tsx';
