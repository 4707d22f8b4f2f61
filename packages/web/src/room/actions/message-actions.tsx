// What one can do with messages. One bar for the whole log, outside of it: a bar in each message would be read aloud with
// it, and be a stop of the Tab key for each.

import type { Message } from '@mayfly/client';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon, Stroke } from '../../ui/icon.tsx';
import { SMILE } from '../../ui/later-strokes.ts';
import { talkTexts } from '../../words/talk.ts';
import type { RoomView, Sheet } from '../model/room-view.ts';
import { polls } from '../polls/polls-loader.ts';
import { elementOf } from './message-finding.ts';
import { MessageInfo, WordingsSheet } from './message-info.tsx';
import { guideKeys } from './message-keys.ts';
import { MessageMenu } from './message-menu.tsx';
import { guidePointer } from './message-pointer.ts';
import { beside } from './place.ts';
import { type Swiped, guideSwipes } from './swipe.ts';
import { UnsendDialog } from './unsend-dialog.tsx';

type ViewProps = { readonly view: RoomView };

export function MessageActions({ view }: ViewProps) {
  const [hovered, setHovered] = useState<string>();
  const [swiped, setSwiped] = useState<Swiped>();
  useEffect(() => {
    const log = document.querySelector<HTMLElement>('.scroll');
    if (log === null) return undefined;
    const listening = new AbortController();
    const { signal } = listening;
    const open = (what: Sheet['what']) => (key: string, at?: Sheet['at']) => {
      view.sheet.value = { what, key, at };
    };
    guidePointer(log, { onHover: setHovered, onMenu: open('menu'), onInfo: open('info') }, signal);
    guideKeys(log, open('menu'), signal);
    guideSwipes(log, setSwiped, (key) => view.draft.reply(key), signal);
    log.setAttribute('aria-describedby', HINT_ID);
    return () => listening.abort();
  }, [view]);
  const message = hovered === undefined ? undefined : view.timeline.message(hovered);
  return (
    <>
      <p class="visually-hidden" id={HINT_ID}>
        {talkTexts.keys}
      </p>
      {message !== undefined && <MessageBar message={message} view={view} />}
      {swiped !== undefined && <SwipeDisc swiped={swiped} />}
      <OpenSheet view={view} />
    </>
  );
}

const HINT_ID = 'message-keys';

type MessageBarProps = ViewProps & { readonly message: Message };

/** For the mouse only: the keyboard opens the menu, in which all of it is. */
function MessageBar({ message: { key }, view }: MessageBarProps) {
  const bar = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current: element } = bar;
    const stage = element?.offsetParent;
    if (element === null || !stage) return;
    const message = elementOf(stage, key);
    const bubble = message?.querySelector('.bubble') ?? message;
    if (bubble === null || bubble === undefined) return;
    const frame = stage.getBoundingClientRect();
    const { x, y } = beside(element.getBoundingClientRect(), bubble.getBoundingClientRect(), frame);
    element.style.left = `${x - frame.left}px`;
    element.style.top = `${y - frame.top}px`;
  });
  const open = (what: 'menu' | 'react') => () => {
    view.sheet.value = { what, key };
  };
  return (
    <div class="message-bar" role="toolbar" aria-label={talkTexts.actions} ref={bar}>
      <BarButton icon="smile" text={talkTexts.react} onPress={open('react')} />
      <BarButton icon="reply" text={talkTexts.reply} onPress={() => view.draft.reply(key)} />
      <BarButton icon="dots" text={talkTexts.more} onPress={open('menu')} />
    </div>
  );
}

type BarButtonProps = {
  readonly icon: 'smile' | 'reply' | 'dots';
  readonly text: string;
  readonly onPress: () => void;
};

function BarButton({ icon, text, onPress }: BarButtonProps) {
  return (
    <button class="icon-button" type="button" tabIndex={-1} aria-label={text} title={text} onClick={onPress}>
      {icon === 'smile' ? <Stroke path={SMILE} /> : <Icon name={icon} flip={icon === 'reply'} />}
    </button>
  );
}

function SwipeDisc({ swiped: { key, part } }: { readonly swiped: Swiped }) {
  const disc = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const { current: element } = disc;
    const stage = element?.offsetParent;
    const message = stage && elementOf(stage, key);
    if (element === null || !stage || !message) return;
    const box = message.getBoundingClientRect();
    element.style.top = `${(box.top + box.bottom) / 2 - stage.getBoundingClientRect().top}px`;
    element.style.opacity = `${part}`;
  });
  return (
    <span class={part === 1 ? 'swipe-disc swipe-disc--full' : 'swipe-disc'} aria-hidden="true" ref={disc}>
      <Icon name="reply" flip />
    </span>
  );
}

function OpenSheet({ view }: ViewProps) {
  const { value: sheet } = view.sheet;
  // Drawn again when the message changes, or is gone.
  const message = sheet && view.timeline.size.value > 0 ? view.timeline.message(sheet.key) : undefined;
  if (sheet === undefined || message === undefined) return null;
  // A dialog that closes for the next one reports it late.
  const close = () => {
    if (view.sheet.peek() === sheet) view.sheet.value = undefined;
  };
  switch (sheet.what) {
    case 'menu':
    case 'react':
      return <MessageMenu key={sheet.key} message={message} sheet={sheet} view={view} onClose={close} />;
    case 'info':
      return <MessageInfo message={message} view={view} onClose={close} />;
    case 'unsend':
      return <UnsendDialog message={message} view={view} onClose={close} />;
    case 'voters':
    case 'close-poll':
      return <OpenPoll what={sheet.what} message={message} view={view} onClose={close} />;
    case 'wordings':
      return <WordingsSheet message={message} view={view} onClose={close} />;
  }
}

type OpenPollProps = ViewProps & {
  readonly what: 'voters' | 'close-poll';
  readonly message: Message;
  readonly onClose: () => void;
};

/** Asked for by a card of the same part, so the part is there. */
function OpenPoll(props: OpenPollProps) {
  const part = polls.loaded.value;
  return part === undefined ? null : <part.PollSheet {...props} />;
}
