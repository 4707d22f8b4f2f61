// Sounds and notifications for messages that arrive while the reader is elsewhere.

import type { Message } from '@mayfly/client';
import { effect } from '@preact/signals';
import { basePath } from '../browser/base-path.ts';
import { showNotification } from '../browser/notifications.ts';
import { playTone } from '../browser/tones.ts';
import { settings } from '../ui/settings.ts';
import { lifeTexts } from '../words/life.ts';
import { shownName } from '../words/room.ts';
import { type Alert, AlertPace, alertOf } from './model/alerts.ts';
import type { RoomView } from './model/room-view.ts';
import { shownText } from './text/shown-text.ts';

const BODY_LENGTH_MAX = 200;

/** Until the returned function is called; it also takes away what is shown. */
export function watchForAlerts(view: RoomView): () => void {
  const pace = new AlertPace();
  let seen = view.arrived.peek();
  let shown: Notification | undefined;
  const close = (): void => {
    shown?.close();
    shown = undefined;
  };
  const take = (messages: readonly Message[]): void => {
    const { notify, quiet } = settings.peek();
    if (quiet || view.unread.isWatched) return;
    const alert = alertOf(messages, view.people.you.peek(), view.people.members.peek());
    if (alert === undefined || !pace.mayAlert(alert.kind, Date.now())) return;
    if (view.sounds.peek()) playTone(alert.kind);
    if (notify !== 'all' && (notify !== 'mentions' || alert.kind !== 'mention')) return;
    close();
    shown = notificationOf(alert, view);
  };
  const stop = effect(() => {
    const arrived = view.arrived.value;
    if (arrived !== seen) take(arrived);
    seen = arrived;
  });
  const stopClosing = effect(() => {
    if (view.unread.unseen.value === 0) close();
  });
  return () => {
    stop();
    stopClosing();
    close();
  };
}

/** Without the text unless the reader wants it: a notification can lie on a locked screen, and outlives a timer. */
function notificationOf({ kind, message }: Alert, view: RoomView): Notification | undefined {
  const { from, text = '', timer } = message;
  const icon = `${basePath()}icon-192.png`;
  const shown =
    settings.peek().notifyText && timer === undefined
      ? showNotification(shownName(from.name), shownText(text).slice(0, BODY_LENGTH_MAX), icon)
      : showNotification(lifeTexts.notified(kind, view.unread.unseen.peek()), '', icon);
  shown?.addEventListener('click', () => {
    window.focus();
    shown.close();
  });
  return shown;
}
