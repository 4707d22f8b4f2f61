// What one can do with messages: loaded once the room is live.

export { ComposerAbout, FailedEffects } from './composer-about.tsx';
export { MessageActions } from './message-actions.tsx';
export { PinBar } from './pin-bar.tsx';
