// What the reader chose for this page. Kept for this tab; on this device only if they ask. Never a key, a name or a room.

import { type JsonObject, field, flag, oneOf, parseJsonObject } from '@mayfly/protocol';
import { signal } from '@preact/signals';
import { deviceStorage, tabStorage } from '../browser/tab-storage.ts';

const THEMES = ['auto', 'light', 'dark'] as const;
const TEXT_SIZES = ['small', 'normal', 'large', 'largest'] as const;
const ENTER_KEYS = ['auto', 'sends', 'breaks'] as const;
const NOTIFIED = ['all', 'mentions', 'none'] as const;

export type Settings = {
  /** `auto`: as the system. */
  readonly theme: (typeof THEMES)[number];
  /** Of messages. */
  readonly textSize: (typeof TEXT_SIZES)[number];
  /** `auto`: sends, except on touch screens. */
  readonly enter: (typeof ENTER_KEYS)[number];
  readonly notify: (typeof NOTIFIED)[number];
  /** Notifications show who wrote what. */
  readonly notifyText: boolean;
  /** No typing is sent; no sounds, no notifications. */
  readonly quiet: boolean;
};

export const DEFAULTS: Settings = {
  theme: 'auto',
  textSize: 'normal',
  enter: 'auto',
  notify: 'none',
  notifyText: false,
  quiet: false,
};

const NAME = 'mayfly:settings';

export const settings = signal(readSettings(tabStorage.getItem(NAME) ?? deviceStorage.getItem(NAME) ?? ''));
/** New tabs on this device begin with them. */
export const areKept = signal(deviceStorage.outlivesReload(NAME));

/** Anyone may have written the text: what doesn't fit counts as not chosen. */
export function readSettings(text: string): Settings {
  const object: JsonObject = parseJsonObject(text) ?? {};
  return {
    theme: oneOf(field(object, 'theme'), THEMES) ?? DEFAULTS.theme,
    textSize: oneOf(field(object, 'textSize'), TEXT_SIZES) ?? DEFAULTS.textSize,
    enter: oneOf(field(object, 'enter'), ENTER_KEYS) ?? DEFAULTS.enter,
    notify: oneOf(field(object, 'notify'), NOTIFIED) ?? DEFAULTS.notify,
    notifyText: flag(field(object, 'notifyText')) ?? DEFAULTS.notifyText,
    quiet: flag(field(object, 'quiet')) ?? DEFAULTS.quiet,
  };
}

export function change(some: Partial<Settings>): void {
  settings.value = { ...settings.peek(), ...some };
  const text = JSON.stringify(settings.peek());
  tabStorage.setItem(NAME, text);
  if (areKept.peek()) deviceStorage.setItem(NAME, text);
}

/** False if the browser doesn't let this page keep anything. */
export function keepOnDevice(): boolean {
  deviceStorage.setItem(NAME, JSON.stringify(settings.peek()));
  areKept.value = deviceStorage.outlivesReload(NAME);
  if (!areKept.peek()) deviceStorage.removeItem(NAME);
  return areKept.peek();
}

export function forgetOnDevice(): void {
  deviceStorage.removeItem(NAME);
  areKept.value = false;
}

/** As if nothing had ever been chosen. */
export function resetSettings(): void {
  forgetOnDevice();
  tabStorage.removeItem(NAME);
  settings.value = DEFAULTS;
}
