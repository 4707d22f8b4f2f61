// The browser's notifications, shown by an open page: without a service worker, and through no one else's server.

import { signal } from '@preact/signals';
import { attempt } from './browser.ts';

/**
 * `insecure`: not over plain HTTP. `missing`: this browser has none, or only for service workers, as on phones. `denied`:
 * the reader has blocked them. `ask`: not asked yet.
 */
export type NotifyAbility = 'ready' | 'ask' | 'denied' | 'insecure' | 'missing';

export const notifyAbility = signal<NotifyAbility>(findAbility());

/** The browser asks the reader, who must just have clicked. */
export async function askToNotify(): Promise<void> {
  try {
    await Notification.requestPermission();
  } catch {
    // An old browser, without the promise.
  }
  notifyAbility.value = findAbility();
}

/** The reader may have changed it in the browser's settings meanwhile. */
export function checkAbility(): void {
  notifyAbility.value = findAbility();
}

/** Undefined if the browser refused. */
export function showNotification(title: string, body: string, icon: string): Notification | undefined {
  const shown = attempt(() => new Notification(title, { body, icon, silent: true }));
  if (shown === undefined) notifyAbility.value = 'missing';
  return shown;
}

function findAbility(): NotifyAbility {
  if (attempt(() => window.isSecureContext) !== true) return 'insecure';
  const permission = attempt(() => Notification.permission);
  if (permission === undefined) return 'missing';
  if (permission === 'granted') return 'ready';
  // Shows nothing without permission, but throws where pages can't show any.
  if (attempt(() => new Notification('')) === undefined) return 'missing';
  return permission === 'denied' ? 'denied' : 'ask';
}
