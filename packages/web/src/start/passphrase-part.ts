// What only rooms with a passphrase need of whoever joins: the door, and the work that turns a passphrase into a key.

export { PassphraseDoor } from './passphrase-door.tsx';
export { refusalOf } from './passphrase-answer.ts';
