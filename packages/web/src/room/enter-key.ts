// What Enter does in the composer.

import { settings } from '../ui/settings.ts';
import { isTouch } from './room-focus.ts';

/** It starts a new line: chosen by the reader, or on touch, because there is no Shift to hold. */
export function entersBreak(): boolean {
  const { enter } = settings.value;
  return enter === 'auto' ? isTouch() : enter === 'breaks';
}
