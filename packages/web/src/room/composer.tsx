// The field for a new message. Grows with the text.

import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { supportsStyle, whenIdle } from '../browser/browser.ts';
import { FilesPlace } from './files/files-place.tsx';
import { messageActions } from './later-parts.ts';
import { editsLast, sendsMessage } from './composer-keys.ts';
import { composing } from './compose/composing-loader.ts';
import { entersBreak } from './enter-key.ts';
import { isTouch } from './room-focus.ts';
import type { Draft } from './model/draft.ts';
import type { RoomView } from './model/room-view.ts';
import { roomTexts } from '../words/room.ts';
import { pieces } from '../words/sentence.ts';
import { TypingLine } from './typing-line.tsx';
import { Icon } from '../ui/icon.tsx';

type ComposerProps = { readonly view: RoomView };

/** Fewer characters left than this are counted. */
const NEAR_LIMIT = 1000;

const growsByItself = supportsStyle('field-sizing', 'content');

export function Composer({ view }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { draft, connection } = view;
  const text = draft.text.value;
  useLayoutEffect(() => {
    if (!growsByItself && field.current !== null) fitHeight(field.current);
  }, [text]);
  useLayoutEffect(() => {
    // On touch the keyboard would cover the messages; in a new room the link comes first.
    if (!isTouch() && view.opening.peek() !== 'created') field.current?.focus({ preventScroll: true });
  }, []);
  const about = draft.about.value;
  const actions = useActions(view);
  // After the render: the sheet in which it was chosen is closed by then.
  useEffect(() => {
    if (about !== undefined) field.current?.focus();
  }, [about]);
  const part = composing.loaded.value;
  const isLive = connection.isLive.value;
  useEffect(() => {
    if (isLive) whenIdle(() => composing.want());
  }, [isLive]);
  // Commands are known to the later part, so they wait for it.
  const isAsked = useRef(false);
  const send = () => {
    isAsked.current = part === undefined && draft.text.peek().startsWith('/');
    if (part !== undefined) part.submit(view);
    else if (isAsked.current) composing.want();
    else view.send();
    field.current?.focus();
  };
  useEffect(() => {
    if (isAsked.current) send();
  }, [part]);
  return (
    <div class="composer-area">
      <TypingLine view={view} />
      {actions && <actions.FailedEffects view={view} />}
      <form
        class="composer"
        aria-label={roomTexts.composer}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <FilesPlace view={view} part="Tray" />
        {actions && <actions.ComposerAbout view={view} />}
        <div class="composer__row">
          {part !== undefined && <part.AddMenu view={view} />}
          <textarea
            class="composer__text"
            ref={field}
            rows={1}
            dir="auto"
            aria-label={roomTexts.message}
            aria-invalid={draft.roomLeft.value < 0}
            aria-describedby="composer-room"
            placeholder={roomTexts.placeholder}
            enterkeyhint={entersBreak() ? 'enter' : 'send'}
            value={text}
            onInput={(event) => {
              view.type(event.currentTarget.value);
            }}
            onPaste={({ clipboardData }) => {
              if (clipboardData?.types.includes('text/plain') !== true) view.attach(clipboardData?.files);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Escape') draft.cancel();
              if (editsLast(event, draft.text.peek()) && view.editLast()) event.preventDefault();
              if (!sendsMessage(event, entersBreak())) return;
              event.preventDefault();
              send();
            }}
          />
          {part !== undefined && <part.Tools view={view} />}
          <FilesPlace view={view} part="Capture" />
          <button
            class="btn btn--primary send"
            type="submit"
            aria-label={roomTexts.send}
            disabled={
              view.pauseMs.value > 0 ||
              (!draft.canSend.value && (view.tray.value === undefined || draft.roomLeft.value < 0))
            }
          >
            <Icon name="up" />
          </button>
        </div>
        {part !== undefined && <part.Composing view={view} field={field} />}
      </form>
      <RoomLeft draft={draft}>
        {part === undefined ? (
          isAsked.current &&
          composing.isMissing.value && (
            <p class="error" role="alert">
              {roomTexts.partMissingLead}
            </p>
          )
        ) : (
          <part.Notes view={view} />
        )}
      </RoomLeft>
      <Tip view={view} />
    </div>
  );
}

/** They show what the draft is about, and what wasn't sent. */
function useActions({ draft, failedEffects }: RoomView) {
  const isNeeded = draft.about.value !== undefined || failedEffects.value.length > 0;
  useEffect(() => {
    if (isNeeded) messageActions.want();
  }, [isNeeded]);
  return messageActions.loaded.value;
}

/** How many characters still fit, near the limit. */
function RoomLeft({ draft, children }: { readonly draft: Draft; readonly children: ComponentChildren }) {
  const left = draft.roomLeft.value;
  return (
    <div class="composer__limit" id="composer-room">
      {left < 0 && (
        <p class="error" role="alert">
          <Icon name="alert" small />
          <span>{roomTexts.tooLong(-left)}</span>
        </p>
      )}
      {left >= 0 && left < NEAR_LIMIT && <small>{roomTexts.charactersLeft(left)}</small>}
      {children}
    </div>
  );
}

function Tip({ view: { connection, trouble } }: ComposerProps) {
  const tip = trouble.value?.server ? roomTexts.tipHidden : roomTexts.tip;
  return (
    <p class="composer__tip">
      <span>{connection.banner.value === 'offline' ? roomTexts.tipOffline : tip}</span>
      {!entersBreak() && (
        <span>
          {pieces(roomTexts.tipKeys, {
            enter: <kbd>{roomTexts.tipEnter}</kbd>,
            shiftEnter: <kbd>{roomTexts.tipShiftEnter}</kbd>,
          })}
        </span>
      )}
    </p>
  );
}

function fitHeight(field: HTMLTextAreaElement): void {
  field.style.blockSize = 'auto';
  field.style.blockSize = `${field.scrollHeight}px`;
}
