// What only whoever makes a room or a link with a passphrase needs: choosing one, and the work that turns it into a key.

export { newPassphraseOf } from './new-passphrase.ts';
export { PassphraseChoice } from './passphrase-choice.tsx';
