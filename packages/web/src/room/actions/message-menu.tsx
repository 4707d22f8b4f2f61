// What one can do with a message: a menu beside it on wide screens, a sheet from below on others.

import type { Message } from '@mayfly/client';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { background } from '../../background.ts';
import { mediaMatches } from '../../browser/browser.ts';
import { copyText } from '../../ui/clipboard.ts';
import { Icon, Stroke } from '../../ui/icon.tsx';
import { PIN } from '../../ui/later-strokes.ts';
import { useAfter } from '../../ui/use-after.ts';
import { talkTexts } from '../../words/talk.ts';
import type { RoomView, Sheet } from '../model/room-view.ts';
import { type MenuRow, rowsFor } from './menu-rows.ts';
import { EmojiPlace } from '../emoji/emoji-place.tsx';
import { messageLine } from '../list/message-line.ts';
import { elementOf } from './message-finding.ts';
import { menuBeside, within } from './place.ts';
import { QuickReactions } from './quick-reactions.tsx';

type MessageMenuProps = {
  readonly message: Message;
  readonly sheet: Sheet;
  readonly view: RoomView;
  readonly onClose: () => void;
};

export function MessageMenu({ message, sheet, view, onClose }: MessageMenuProps) {
  const dialog = useOpened(message.key, sheet);
  const [isPicking, setPicking] = useState(false);
  const rows = rowsFor(message, view);
  const { outcome, copy } = useCopying(onClose);
  const choose = ({ copies, run }: MenuRow) => {
    if (copies !== undefined) {
      background(copy(copies));
      return;
    }
    // First: a sheet that it opens takes the place of the menu.
    onClose();
    run();
  };
  const more = () => {
    setPicking(true);
    // The button goes.
    dialog.current?.focus({ preventScroll: true });
  };
  return (
    <dialog
      class={isPicking ? 'message-menu message-menu--emoji' : 'message-menu'}
      tabIndex={-1}
      aria-label={talkTexts.actions}
      ref={dialog}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={onClose}
      onClick={({ target, currentTarget }) => {
        if (target === currentTarget) onClose();
      }}
      onKeyDown={(event) => {
        if (isPicking) return;
        const row = letterOf(event, rows);
        const step = STEPS.get(event.key);
        if (row === undefined && step === undefined) return;
        event.preventDefault();
        if (row !== undefined)
          event.currentTarget.querySelector<HTMLElement>(`[data-key="${row.letter}"]`)?.click();
        else focusNext(event.currentTarget, step ?? 1);
      }}
    >
      {isPicking ? (
        <EmojiPlace
          onPick={(emoji) => {
            onClose();
            view.react(message.key, emoji);
          }}
        />
      ) : (
        <>
          <p class="message-menu__text" dir="auto">
            {messageLine(message.text, message.file?.name)}
          </p>
          <QuickReactions message={message} view={view} onDone={onClose} onMore={more} />
          {sheet.what === 'menu' && (
            <div class="message-menu__rows" role="menu" aria-label={talkTexts.actions}>
              {rows.map((row) => (
                <Row row={row} outcome={outcome} key={row.letter} onChoose={() => choose(row)} />
              ))}
            </div>
          )}
        </>
      )}
      <p class="visually-hidden" role="status">
        {outcome !== undefined && talkTexts[outcome]}
      </p>
    </dialog>
  );
}

type RowProps = { readonly row: MenuRow; readonly outcome: Outcome; readonly onChoose: () => void };

function Row({ row: { icon, text, letter, copies, isGrave = false }, outcome, onChoose }: RowProps) {
  const says = copies === undefined ? undefined : outcome;
  return (
    <button
      class={isGrave ? 'btn message-menu__grave' : 'btn'}
      type="button"
      role="menuitem"
      data-key={letter}
      onClick={onChoose}
    >
      {icon === 'pin' ? (
        <Stroke path={PIN} />
      ) : (
        <Icon name={says === 'copied' ? 'check' : icon} flip={icon === 'reply'} />
      )}
      <span>{says === undefined ? text : talkTexts[says]}</span>
      <kbd aria-hidden="true">{letter.toUpperCase()}</kbd>
    </button>
  );
}

/** What came of copying. */
type Outcome = 'copied' | 'notCopied' | undefined;

/** What a row says stays this long. */
const SAID_MS = 1200;

function useCopying(onClose: () => void) {
  const [outcome, setOutcome] = useState<Outcome>();
  useAfter(outcome === 'copied' ? SAID_MS : undefined, onClose);
  const copy = async (text: string) => setOutcome((await copyText(text)) ? 'copied' : 'notCopied');
  return { outcome, copy };
}

/** As in message-menu.css: beside its message from here on. */
const besides = () => mediaMatches('(min-width: 48rem)');

function useOpened(key: string, { what, at }: Sheet) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const { current: element } = dialog;
    if (element === null) return undefined;
    element.showModal();
    if (besides()) placeAt(element, key, at);
    const first = element.querySelector<HTMLElement>(what === 'menu' ? '[role=menuitem]' : 'button');
    first?.focus({ preventScroll: true });
    return () => element.close();
  }, []);
  useEffect(() => {
    const { current: element } = dialog;
    const place = () => {
      if (element !== null && besides()) placeAt(element, key, at);
    };
    window.addEventListener('resize', place);
    const resized = new ResizeObserver(place);
    if (element !== null) resized.observe(element);
    return () => {
      window.removeEventListener('resize', place);
      resized.disconnect();
    };
  }, []);
  return dialog;
}

function placeAt(dialog: HTMLElement, key: string, at: Sheet['at']): void {
  const size = dialog.getBoundingClientRect();
  const frame = { left: 0, top: 0, right: window.innerWidth, bottom: window.innerHeight };
  const message = elementOf(document.body, key);
  const bubble = (message?.querySelector('.bubble') ?? message)?.getBoundingClientRect();
  const point = at ?? (bubble && menuBeside(size, bubble, frame)) ?? { x: 0, y: 0 };
  const { x, y } = within(size, point, frame);
  dialog.style.left = `${x}px`;
  dialog.style.top = `${y}px`;
}

function letterOf(event: KeyboardEvent, rows: readonly MenuRow[]): MenuRow | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  return rows.find(({ letter }) => letter === event.key.toLowerCase());
}

const STEPS: ReadonlyMap<string, 1 | -1> = new Map([
  ['ArrowDown', 1],
  ['ArrowRight', 1],
  ['ArrowUp', -1],
  ['ArrowLeft', -1],
]);

function focusNext(menu: HTMLElement, step: 1 | -1): void {
  const buttons = [...menu.querySelectorAll('button')];
  const now = buttons.findIndex((button) => button === document.activeElement);
  buttons[(now + step + buttons.length) % buttons.length]?.focus();
}
