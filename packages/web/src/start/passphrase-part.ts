// What only rooms with a passphrase need: choosing one, the door, and the work that turns one into a key.

export { PassphraseChoice } from './passphrase-choice.tsx';
export { PassphraseDoor } from './passphrase-door.tsx';
export { refusalOf } from './passphrase-answer.ts';
