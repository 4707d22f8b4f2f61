// What one can do with messages: loaded after the first one.

export { ComposerAbout, FailedEffects } from './composer-about.tsx';
export { MessageActions } from './message-actions.tsx';
export { PinBar } from './pin-bar.tsx';
