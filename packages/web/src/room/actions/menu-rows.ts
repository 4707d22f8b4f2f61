// What one can do with a message, as rows of its menu.

import type { Message } from '@mayfly/client';
import type { IconName } from '../../ui/icon.tsx';
import { talkTexts } from '../../words/talk.ts';
import { type RoomView, canEdit } from '../model/room-view.ts';

export type MenuRow = {
  readonly icon: IconName | 'pin';
  readonly text: string;
  /** Chooses it while the menu is open. */
  readonly letter: string;
  /** The row stays for a moment, and says what came of it. */
  readonly copies?: string;
  readonly isGrave?: boolean;
  readonly run: () => void;
};

export function rowsFor(message: Message, view: RoomView): readonly MenuRow[] {
  const { key, text } = message;
  const open = (what: 'info' | 'unsend') => () => {
    view.sheet.value = { what, key };
  };
  const rows: (MenuRow | false)[] = [
    { icon: 'reply', text: talkTexts.reply, letter: 'r', run: () => view.draft.reply(key) },
    text !== undefined && {
      icon: 'copy',
      text: talkTexts.copyText,
      letter: 'c',
      copies: copyOf(message),
      run: () => undefined,
    },
    canEdit(message) && {
      icon: 'edit',
      text: talkTexts.edit,
      letter: 'e',
      run: () => view.beginEdit(key),
    },
    view.isOwner.value && {
      icon: 'pin',
      text: message.pinned ? talkTexts.unpin : talkTexts.pin,
      letter: 'p',
      run: () => view.pin(key, !message.pinned),
    },
    { icon: 'info', text: talkTexts.info, letter: 'i', run: open('info') },
    message.own &&
      view.canUnsend && {
        icon: 'gone',
        text: talkTexts.unsend,
        letter: 'u',
        isGrave: true,
        run: open('unsend'),
      },
  ];
  return rows.filter((row) => row !== false);
}

/** As typed; of a poll, its options too. */
function copyOf({ text = '', poll }: Message): string {
  return [text, ...(poll?.options ?? []).map((option) => `- ${option.text}`)].join('\n');
}
